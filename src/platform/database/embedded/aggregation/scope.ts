import { CommandError } from '../errors.js';
import type { Collation, Document } from '../types.js';

/** A compiled expression; `undefined` stands for a missing value, which is not the same as `null`. */
export type Expression = (root: Document) => unknown;

/**
 * A place that holds a variable's value while an expression runs.
 *
 * Every binding site (`vars` of one `$let`, `$$this` of one `$map`, `let` of one `$lookup`) owns its place, made at
 * compile time. An expression never runs inside itself, so assignment is enough and no frame is allocated per document.
 */
export class Variable {
  constructor(public value: unknown = undefined) {}
}

const STEPS_BETWEEN_CHECKS = 4096;

/** What one evaluation may allocate for strings, arrays and documents, garbage included, in bytes. */
const MAX_ALLOCATED = 256 * 1024 * 1024;

/** Watches over loops inside expressions, so that one document cannot keep the engine busy or fill its memory. */
export class Pacer {
  private steps = 0;
  private allocated = 0;

  /** @param interrupt called every few thousand steps; throws when the command must stop */
  constructor(private readonly interrupt: (() => void) | undefined) {}

  /** An expression begins to be evaluated on a document. */
  begin(): void {
    this.allocated = 0;
  }

  step(count = 1): void {
    this.steps += count;
    if (this.steps >= STEPS_BETWEEN_CHECKS) this.check();
  }

  check(): void {
    this.steps = 0;
    this.interrupt?.();
  }

  allocate(bytes: number): void {
    this.allocated += bytes;
    if (this.allocated > MAX_ALLOCATED) {
      throw new CommandError('ExceededMemoryLimit', `an expression needs more than ${MAX_ALLOCATED} bytes`);
    }
  }
}

/** What a name or a field path means at one place of an expression. */
export interface Scope {
  /** Compiles what is nested; carried along so that operators and the compiler need not import each other. */
  readonly compiler: (spec: unknown, scope: Scope) => Expression;
  readonly now: Date;
  readonly collation: Collation | undefined;
  /** User variables in sight: constants, or places. */
  readonly variables: ReadonlyMap<string, unknown>;
  /** Where `$field` looks when `CURRENT` was bound to something else than the document. */
  readonly current: Variable | undefined;
  readonly pacer: Pacer;
  /** Levels of nesting so far. */
  readonly depth: number;
}

/** Compiles an operand of an operator. */
export function compile(spec: unknown, scope: Scope): Expression {
  return scope.compiler(spec, scope);
}

/** The scope inside `$let`, `$map`, `$filter`, `$reduce`; binding `CURRENT` redirects field paths. */
export function bind(scope: Scope, bindings: Iterable<readonly [string, Variable]>): Scope {
  const variables = new Map(scope.variables);
  let current = scope.current;
  for (const [name, variable] of bindings) {
    if (name === 'CURRENT') current = variable;
    else variables.set(name, variable);
  }
  return { ...scope, variables, current };
}
