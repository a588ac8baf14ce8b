import { mongo } from 'mongoose';
import { decodeWrapper, isWrapper, type Wrapper } from './extended-json.js';
import { checkFieldName } from './field-names.js';
import { parseIsoDate } from './iso-date.js';
import { checkPattern } from './patterns.js';
import { isPlain, type Walk } from './walk.js';

/** Fields whose values the server makes, by their type: callers may write them as they see them in answers. */
const SERVER_FIELDS = new Map<string, ServerType>([
  ['_id', 'id'],
  ['_inserted', 'date'],
  ['_patched', 'date'],
]);

type ServerType = 'id' | 'date';

/** How the values that a query compares with are read. */
export interface LiteralOptions {
  /** Type of the field that is compared, when the server sets it. */
  type?: ServerType;
  /** Whether a regular expression may stand here, to be matched. */
  patterns?: boolean;
}

/** The type of a field at the root of stored documents that the server sets. */
export const serverTypeOf = (path: string): ServerType | undefined => SERVER_FIELDS.get(path);

/**
 * Checks a value that a query compares with, and decodes its Extended JSON. An ISO string compared with a date of
 * the server's becomes that date, an ObjectId compared with `_id` its 24 digits.
 */
export function checkLiteral(walk: Walk, value: unknown, options: LiteralOptions = {}): unknown {
  if (typeof value === 'string') return options.type === 'date' ? serverDate(walk, value) : value;
  if (isWrapper(value)) return checkWrapper(walk, value, options);
  if (Array.isArray(value)) return walk.mapList(value, (member) => checkLiteral(walk, member));
  if (!isPlain(value)) return value;
  return walk.mapObject(value, (name, member) => {
    if (name.startsWith('$'))
      walk.refuse(
        `${name} is not allowed here: operators stand directly under a field, and a path is dotted`,
      );
    checkFieldName(walk, name);
    return checkLiteral(walk, member);
  });
}

function checkWrapper(walk: Walk, wrapper: Wrapper, { type, patterns }: LiteralOptions): unknown {
  const value = decodeWrapper(walk, wrapper);
  if (value instanceof mongo.BSONRegExp) {
    if (!patterns) walk.refuse('A regular expression is not allowed here');
    checkPattern(walk, value.pattern, value.options);
  }
  return type === 'id' && value instanceof mongo.ObjectId ? value.toHexString() : value;
}

function serverDate(walk: Walk, text: string): Date {
  return parseIsoDate(text) ?? walk.refuse('Compare with an ISO 8601 date, such as "2026-01-31T12:00:00Z"');
}
