import { BSONRegExp } from 'bson';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { isOperatorDocument } from './operators.js';

/**
 * The fields that a filter fixes to one value, in its order: `{a: 1}`, `$eq`, `$in` and `$all` of one value, also under
 * `$and` and under `$or` with one branch. An upsert starts its document with them.
 *
 * @throws CommandError `NotSingleValueField` (54) when a path is fixed twice, or together with a path inside it
 */
export function findEqualities(filter: Document): Map<string, unknown> {
  const found = new Map<string, unknown>();
  collect(filter, found);
  return found;
}

function collect(filter: Document, found: Map<string, unknown>): void {
  for (const [name, condition] of Object.entries(filter)) {
    if (!name.startsWith('$')) {
      collectField(name, condition, found);
    } else if ((name === '$and' || (name === '$or' && isSingle(condition))) && Array.isArray(condition)) {
      for (const branch of condition) if (isDocument(branch)) collect(branch, found);
    }
  }
}

function collectField(path: string, condition: unknown, found: Map<string, unknown>): void {
  if (!isOperatorDocument(condition)) {
    if (!(condition instanceof BSONRegExp)) add(path, condition, found);
    return;
  }
  for (const [operator, operand] of Object.entries(condition)) {
    if (operator === '$eq') add(path, operand, found);
    else if (operator === '$in' && isSingle(operand) && !(operand[0] instanceof BSONRegExp)) {
      add(path, operand[0], found);
    } else if (operator === '$all' && Array.isArray(operand)) {
      for (const value of operand) {
        if (!isOperatorDocument(value) && !(value instanceof BSONRegExp)) add(path, value, found);
      }
    }
  }
}

function isSingle(value: unknown): value is [unknown] {
  return Array.isArray(value) && value.length === 1;
}

function add(path: string, value: unknown, found: Map<string, unknown>): void {
  if (found.has(path)) {
    throw notSingle(`path '${path}' is matched twice`);
  }
  for (const other of found.keys()) {
    if (other.startsWith(`${path}.`) || path.startsWith(`${other}.`)) {
      throw notSingle(`both paths '${path}' and '${other}' are matched`);
    }
  }
  found.set(path, value);
}

function notSingle(reason: string): CommandError {
  return new CommandError('NotSingleValueField', `cannot infer query fields to set, ${reason}`);
}
