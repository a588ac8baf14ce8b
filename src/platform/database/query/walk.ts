import { CoglexError } from '../../errors/coglex-error.js';
import type { QueryLimits } from './limits.js';

/** A JSON object. */
export type Plain = Record<string, unknown>;

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** What a walk checks; decides which code a refusal has. */
export type RefusalCode = 'query_refused' | 'update_refused' | 'document_refused' | 'rule_refused';

/** Members that one query may have in all, as a multiple of what one list may have. */
const MEMBERS_PER_LIST = 20;

/** Each pattern is compiled once to see that it is valid; a thousand of them would keep the process busy. */
const MAX_PATTERNS = 50;

/** JSON Pointer escapes (RFC 6901, section 3). */
const escape = (name: string | number) => String(name).replaceAll('~', '~0').replaceAll('/', '~1');

/** One pass over what a caller sent: knows the place for error messages, and counts against the limits. */
export class Walk {
  private readonly path: (string | number)[] = [];
  private members = 0;
  private stages = 0;
  private patterns = 0;

  /** @param root JSON Pointer of the value in the request, such as `/query` */
  constructor(
    readonly limits: QueryLimits,
    private readonly root: string,
    private readonly code: RefusalCode,
  ) {}

  /** Visits one member of a query, an update or a pipeline, and counts it. */
  at<T>(key: string | number, visit: () => T): T {
    this.step(key);
    if (this.path.length > this.limits.depth) this.refuse(`May be nested ${this.limits.depth} levels deep`);
    if (++this.members > this.limits.list * MEMBERS_PER_LIST) this.refuse('Has too many parts');
    const result = visit();
    this.back();
    return result;
  }

  /** Enters a member without counting it: data is bounded by its depth and by the size of the request. */
  step(key: string | number): void {
    this.path.push(key);
  }

  /** Leaves what {@link step} entered. */
  back(): void {
    this.path.pop();
  }

  /** Visits every member of an object, and makes a new one of the results. */
  mapObject(value: unknown, visit: (key: string, member: unknown) => unknown): Plain {
    if (!isPlain(value)) this.refuse('Must be an object');
    const entries = Object.entries(value);
    this.checkLength(entries.length);
    const result: Plain = {};
    for (const [key, member] of entries) result[key] = this.at(key, () => visit(key, member));
    return result;
  }

  /** Visits every member of a list, and makes a new one of the results. */
  mapList(value: unknown, visit: (member: unknown, index: number) => unknown): unknown[] {
    if (!Array.isArray(value)) this.refuse('Must be a list');
    this.checkLength(value.length);
    return value.map((member, index) => this.at(index, () => visit(member, index)));
  }

  countStage(): void {
    if (++this.stages > this.limits.stages)
      this.refuse(`A pipeline may have ${this.limits.stages} stages, those of sub-pipelines included`);
  }

  countPattern(): void {
    if (++this.patterns > MAX_PATTERNS)
      this.refuse(`There may be ${MAX_PATTERNS} regular expressions in one request`);
  }

  /** @param message what is wrong, as a sentence without its full stop */
  refuse(message: string): never {
    const place = [this.root, ...this.path.map(escape)].join('/');
    throw new CoglexError(this.code, {
      detail: place === '' ? `${message}.` : `${message} (${place}).`,
      errors: [{ field: place, message }],
    });
  }

  private checkLength(length: number): void {
    if (length > this.limits.list) this.refuse(`May have ${this.limits.list} members, not ${length}`);
  }
}
