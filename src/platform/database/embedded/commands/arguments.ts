import { Double } from 'bson';
import { keysOf } from '../bson/key-order.js';
import { bsonType, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';

/** Fields that every command takes and that mean nothing here, or are dealt with before it runs. */
const GENERIC = new Set([
  '$db',
  '$readPreference',
  '$clusterTime',
  'lsid',
  'comment',
  'readConcern',
  'writeConcern',
  'maxTimeMS',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'clusterTime',
]);

/**
 * A command's fields, or those of a document within it. Each accessor checks the type; a field that nobody has asked
 * for by the time of {@link rejectUnknown} is an error, as with MongoDB's own parser.
 */
export class Arguments {
  private readonly asked = new Set<string>();

  /** @param path the command, or `command.field`, for messages */
  constructor(
    private readonly document: Document,
    private readonly path: string,
  ) {}

  /** @throws CommandError UnknownField */
  rejectUnknown(): void {
    for (const name of keysOf(this.document))
      if (!this.asked.has(name) && !GENERIC.has(name))
        throw new CommandError('UnknownField', `BSON field '${this.path}.${name}' is an unknown field.`);
  }

  any(name: string): unknown {
    this.asked.add(name);
    return Object.hasOwn(this.document, name) ? this.document[name] : undefined;
  }

  /** Accepts fields that have no effect. */
  ignore(...names: string[]): void {
    for (const name of names) this.asked.add(name);
  }

  optionalString(name: string): string | undefined {
    return this.typed(name, 'string', (value) => (typeof value === 'string' ? value : undefined));
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.missing(name);
  }

  optionalDocument(name: string): Document | undefined {
    return this.typed(name, 'object', (value) => (isDocument(value) ? value : undefined));
  }

  requiredDocument(name: string): Document {
    return this.optionalDocument(name) ?? this.missing(name);
  }

  optionalArray(name: string): unknown[] | undefined {
    return this.typed(name, 'array', (value) => (Array.isArray(value) ? value : undefined));
  }

  optionalDocuments(name: string): Document[] | undefined {
    return this.optionalArray(name)?.map((item, i) => {
      if (!isDocument(item)) throw this.wrongType(`${name}.${i}`, item, 'object');
      return item;
    });
  }

  requiredArray(name: string): unknown[] {
    return this.optionalArray(name) ?? this.missing(name);
  }

  requiredInteger(name: string): number {
    return this.optionalInteger(name) ?? this.missing(name);
  }

  requiredDocuments(name: string): Document[] {
    return this.optionalDocuments(name) ?? this.missing(name);
  }

  /** A number counts as well, as it does for MongoDB. */
  boolean(name: string, otherwise: boolean): boolean {
    const value = this.typed(name, 'bool', (given) =>
      typeof given === 'boolean' ? given : toNumber(given) === undefined ? undefined : toNumber(given) !== 0,
    );
    return value ?? otherwise;
  }

  /** An integer of at least 0. */
  optionalCount(name: string): number | undefined {
    const value = this.optionalInteger(name);
    if (value !== undefined && value < 0)
      throw new CommandError(51024, `BSON field '${name}' value must be >= 0, actual value '${value}'`);
    return value;
  }

  optionalInteger(name: string): number | undefined {
    const value = this.typed(name, 'number', toNumber);
    if (value === undefined) return undefined;
    if (!Number.isFinite(value)) throw this.wrongType(name, this.document[name], 'int');
    return Math.trunc(value);
  }

  private typed<T>(name: string, type: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.any(name);
    if (value === undefined || value === null) return undefined;
    const result = read(value);
    if (result === undefined) throw this.wrongType(name, value, type);
    return result;
  }

  private missing(name: string): never {
    throw new CommandError(40414, `BSON field '${this.path}.${name}' is missing but a required field`);
  }

  private wrongType(name: string, value: unknown, expected: string): CommandError {
    return new CommandError(
      'TypeMismatch',
      `BSON field '${this.path}.${name}' is the wrong type '${bsonType(value).alias}', expected type '${expected}'`,
    );
  }
}

/** @returns `undefined` for what is no number */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Double) return value.value;
  return bsonType(value).alias === 'decimal' ? Number(String(value)) : undefined;
}
