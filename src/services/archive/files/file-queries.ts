import type { mongo } from 'mongoose';
import { parseIsoDate } from '../../../platform/database/query/iso-date.js';
import { isPlain } from '../../../platform/database/query/walk.js';

const DATE_FIELD = 'uploaded_at';

/** Reads text that a checked query compares with `uploaded_at` as a date, as queries do with the server's times. */
export function readDates(filter: mongo.Document): mongo.Document {
  return Object.fromEntries(
    Object.entries(filter).map(([key, value]: [string, unknown]) => {
      if (key === DATE_FIELD) return [key, dated(value)];
      const isList = ['$and', '$or', '$nor'].includes(key) && Array.isArray(value);
      return [key, isList ? value.map((member) => readDates(member as mongo.Document)) : value];
    }),
  );
}

function dated(value: unknown): unknown {
  if (typeof value === 'string') return parseIsoDate(value) ?? value;
  if (Array.isArray(value)) return value.map(dated);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([operator, operand]) => [operator, dated(operand)]));
}
