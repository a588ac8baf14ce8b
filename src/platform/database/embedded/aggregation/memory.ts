import { Binary } from 'bson';
import { isDocument } from '../bson/types.js';

/** The memory that blocking work of one command may hold; `charge` throws 292 beyond it. */
export interface MemoryBudget {
  charge(bytes: number): void;
  release(bytes: number): void;
}

const OBJECT_OVERHEAD = 48;
const FIELD_OVERHEAD = 16;

/** Beyond this a value is over every budget, and counting on would only cost time. */
const ENOUGH = 256 * 1024 * 1024;

/** Roughly what a value takes in memory, in bytes; what appears in it twice counts twice. */
export function approximateBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 24 + value.length;
    case 'bigint':
      return 24;
    case 'object':
      return value === null ? 8 : objectBytes(value);
    default:
      return 8;
  }
}

function objectBytes(value: object): number {
  let bytes = OBJECT_OVERHEAD;
  if (Array.isArray(value)) {
    for (const element of value) {
      bytes += approximateBytes(element);
      if (bytes > ENOUGH) return bytes;
    }
    return bytes;
  }
  if (isDocument(value)) {
    for (const key in value) {
      bytes += FIELD_OVERHEAD + approximateBytes(value[key]);
      if (bytes > ENOUGH) return bytes;
    }
    return bytes;
  }
  return value instanceof Binary ? bytes + value.position : bytes;
}
