import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { isDocument } from '../bson/types.js';

const LONGEST = 500;

/** Shows a value as MongoDB's messages do, such as `{ a: "x", b: [ 1, 2 ] }`. */
export function formatValue(value: unknown): string {
  const text = format(value, 0);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function format(value: unknown, depth: number): string {
  if (depth > 10) return '...';
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number')
    return Number.isInteger(value) && !isInt32(value) ? value.toFixed(1) : String(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (Array.isArray(value)) return `[ ${value.map((item) => format(item, depth + 1)).join(', ')} ]`;
  if (isDocument(value)) {
    const fields = Object.entries(value).map(([name, item]) => `${name}: ${format(item, depth + 1)}`);
    return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
  }
  return formatBson(value);
}

function formatBson(value: unknown): string {
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Double)
    return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
  if (value instanceof Int32) return String(value.value);
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`;
  if (value instanceof Long) return value.toString();
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`;
  if (typeof value === 'object' && value !== null && '_bsontype' in value) return String(value._bsontype);
  return typeof value;
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}
