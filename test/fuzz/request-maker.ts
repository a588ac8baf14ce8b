import type { ApiDocument, Operation, Parameter, Schema } from './document.ts';
import { HOSTILE_TEXTS, hostileValue } from './hostile-values.ts';
import type { Random } from './random.ts';

/** A request as it goes over the wire. */
export interface FuzzRequest {
  method: string;
  /** Path with its query. */
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** Who asks: the headers of a caller, by a name for the report. */
export type Callers = Record<string, Record<string, string>>;

const MAX_DEPTH = 6;

/** Clients resolve dots before they send a URL, and an empty segment makes it another route. */
const PATH_TEXTS = HOSTILE_TEXTS.filter((text) => !['', '.', '..'].includes(text));

/** Makes requests from what an operation declares: mostly right in most of their parts, so that they get far. */
export class RequestMaker {
  /** Ids that the server has answered with, for the paths of later requests. */
  private readonly known: string[] = [];

  private readonly document: ApiDocument;
  private readonly callers: Callers;
  private readonly random: Random;

  constructor(document: ApiDocument, callers: Callers, random: Random) {
    this.document = document;
    this.callers = callers;
    this.random = random;
  }

  make(operation: Operation): FuzzRequest {
    const { random } = this;
    const hostility = random.pick([0, 0.05, 0.2, 0.6]);
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
      encodeURIComponent(this.pathValue(operation, name, hostility).toWellFormed()),
    );
    const headers = { ...this.caller() };
    const body = this.body(operation, hostility, headers);
    return { method: operation.method, url: path + this.query(operation, hostility), headers, body };
  }

  /** Learns the ids in an answer. */
  learn(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) return;
    for (const value of Object.values(answer).flat())
      if (typeof value === 'string' && value.length > 2 && value.length < 64) this.known.push(value);
    if (this.known.length > 500) this.known.splice(0, 250);
  }

  private caller(): Record<string, string> {
    const { random } = this;
    const names = Object.keys(this.callers);
    return this.callers[random.chance(0.6) ? names[0] : random.pick(names)];
  }

  private pathValue(operation: Operation, name: string, hostility: number): string {
    const { random } = this;
    if (random.chance(hostility)) return random.pick(PATH_TEXTS);
    if (this.known.length > 0 && random.chance(0.4)) return random.pick(this.known);
    const parameter = operation.parameters.find((each) => each.in === 'path' && each.name === name);
    return asText(this.parameterExample(parameter) ?? name);
  }

  private parameterExample(parameter: Parameter | undefined): unknown {
    return parameter?.example ?? (parameter?.schema && this.example(parameter.schema));
  }

  private query(operation: Operation, hostility: number): string {
    const { random } = this;
    const query = new URLSearchParams();
    for (const parameter of operation.parameters) {
      if (parameter.in !== 'query' || !(parameter.required || random.chance(0.4))) continue;
      const value = random.chance(hostility) ? hostileValue(random) : this.parameterExample(parameter);
      query.append(parameter.name, asText(value));
      if (random.chance(hostility / 4)) query.append(parameter.name, asText(hostileValue(random)));
    }
    if (random.chance(hostility / 4)) query.append(random.pick(HOSTILE_TEXTS), asText(hostileValue(random)));
    const text = query.toString();
    return text === '' ? '' : `?${text}`;
  }

  private body(operation: Operation, hostility: number, headers: Record<string, string>): string | undefined {
    const { random } = this;
    const content = operation.requestBody?.content;
    if (!content) return undefined;
    const [type, { schema = {}, example, examples = {} }] = Object.entries(content)[0];
    headers['content-type'] = random.chance(0.02) ? 'text/plain' : type;
    if (type.startsWith('multipart/')) return this.multipart(schema, hostility, headers);
    if (random.chance(0.02))
      return random.pick(['', '{', '[[[[', 'nul', '{"a":1}}', '\u0000', '{"a":"\\ud800"}']);
    if (random.chance(hostility / 3)) return JSON.stringify(hostileValue(random));
    const given = [example, ...Object.values(examples).map(({ value }) => value)].filter(
      (value) => value !== undefined,
    );
    const value = given.length > 0 && random.chance(0.5) ? random.pick(given) : this.value(schema, hostility);
    return JSON.stringify(this.mutate(value, hostility));
  }

  private multipart(schema: Schema, hostility: number, headers: Record<string, string>): string {
    const { random } = this;
    const boundary = 'fuzz-boundary';
    headers['content-type'] = `multipart/form-data; boundary=${boundary}`;
    const parts = Object.entries(this.document.resolve(schema).properties ?? {}).map(([name, property]) => {
      const isFile = this.document.resolve(property).format === 'binary';
      const value = random.chance(hostility) ? hostileValue(random) : this.value(property, hostility);
      const filename = isFile ? `; filename="${random.chance(hostility) ? '../a"b.html' : 'a.txt'}"` : '';
      return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${filename}\r\n\r\n${asText(value)}\r\n`;
    });
    const kept = parts.filter(() => !random.chance(hostility / 2));
    return `${kept.join('')}${random.chance(hostility / 4) ? '' : `--${boundary}--\r\n`}`;
  }

  /** A value that fits a schema, more or less. */
  private value(schema: Schema, hostility: number, depth = 0): unknown {
    const { random } = this;
    const resolved = this.document.resolve(schema);
    if (random.chance(hostility / 2) || depth > MAX_DEPTH) return hostileValue(random);
    if (resolved.example !== undefined && random.chance(0.8)) return structuredClone(resolved.example);
    const choices = resolved.anyOf ?? resolved.oneOf;
    if (choices) return this.value(random.pick(choices), hostility, depth + 1);
    if (resolved.allOf) {
      const parts = resolved.allOf.map((part) => this.value(part, hostility, depth + 1));
      return Object.assign({}, ...parts) as unknown;
    }
    if (resolved.enum) return random.pick(resolved.enum);
    return this.byType(resolved, hostility, depth);
  }

  private byType(schema: Schema, hostility: number, depth: number): unknown {
    const { random } = this;
    switch (schema.type) {
      case 'string':
        return random.pick(['text', 'another-text', '2026-11-27T00:00:00.000Z', 'ada@example.com']);
      case 'integer':
        return random.below(50);
      case 'number':
        return random.next() * 100;
      case 'boolean':
        return random.chance(0.5);
      case 'array':
        return Array.from({ length: random.below(3) + 1 }, () =>
          this.value(schema.items ?? {}, hostility, depth + 1),
        );
      default:
        return this.object(schema, hostility, depth);
    }
  }

  private object(schema: Schema, hostility: number, depth: number): unknown {
    const { random } = this;
    const entries = Object.entries(schema.properties ?? {})
      .filter(([name]) => (schema.required?.includes(name) ?? false) || random.chance(0.5))
      .map(([name, property]): [string, unknown] => [name, this.value(property, hostility, depth + 1)]);
    if (schema.properties === undefined) entries.push(['name', 'Ada'], ['count', random.below(9)]);
    return Object.fromEntries(entries);
  }

  /** Breaks one member of an object, or adds one. */
  private mutate(value: unknown, hostility: number): unknown {
    const { random } = this;
    if (!random.chance(hostility) || typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const mutation = random.below(3);
    if (mutation === 0 || entries.length === 0)
      entries.push([random.pick(HOSTILE_TEXTS).toWellFormed(), hostileValue(random)]);
    else if (mutation === 1) entries[random.below(entries.length)][1] = hostileValue(random);
    else entries.splice(random.below(entries.length), 1);
    return Array.isArray(value)
      ? entries.map(([, member]) => member as unknown)
      : Object.fromEntries(entries);
  }

  private example(schema: Schema): unknown {
    const resolved = this.document.resolve(schema);
    return resolved.example ?? resolved.default ?? this.value(resolved, 0);
  }
}

function asText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return (text ?? '').toWellFormed();
}
