import { isNumeric, makeInteger, toExactLong } from '../../bson/numbers.js';
import { isDocument, setOwn } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document } from '../../types.js';
import { approximateBytes } from '../memory.js';
import { asInt32, show } from '../values.js';
import { consume } from './stage.js';
import type { StageCompiler } from './stage.js';

/** The number of a `$limit`, or an error. */
export function limitArgument(spec: unknown): number {
  const limit = toExactLong(spec);
  if (limit === undefined || limit < 0n) {
    throw new CommandError(
      2107201,
      `invalid argument to $limit stage: Expected a non-negative number in: $limit: ${show(spec)}`,
    );
  }
  if (limit === 0n) throw new CommandError(15958, 'the limit must be positive');
  return Number(limit);
}

/** The number of a `$skip`, or an error. */
export function skipArgument(spec: unknown): number {
  const skip = toExactLong(spec);
  if (skip === undefined || skip < 0n) {
    throw new CommandError(
      5107200,
      `invalid argument to $skip stage: Expected a non-negative number in: $skip: ${show(spec)}`,
    );
  }
  return Number(skip);
}

export const limit: StageCompiler = (spec) => {
  const most = limitArgument(spec);
  return function* (source) {
    let given = 0;
    for (const row of source) {
      yield row;
      if (row !== TICK && ++given >= most) return;
    }
  };
};

export const skip: StageCompiler = (spec) => {
  const first = skipArgument(spec);
  return function* (source) {
    let seen = 0;
    for (const row of source) {
      if (row === TICK) yield TICK;
      else if (seen >= first) yield row;
      else if (++seen % 128 === 0) yield TICK;
    }
  };
};

export const count: StageCompiler = (spec) => {
  if (typeof spec !== 'string') throw new CommandError(40156, 'the count field must be a non-empty string');
  if (spec === '') throw new CommandError(40157, 'the count field must be a non-empty string');
  if (spec.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (spec.includes('\0')) throw new CommandError(40159, 'the count field cannot contain a null byte');
  if (spec.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return function* (source) {
    let documents = 0;
    yield* consume(source, () => documents++);
    if (documents === 0) return;
    const result: Document = {};
    setOwn(result, spec, makeInteger(BigInt(documents)));
    yield result;
  };
};

export const sample: StageCompiler = (spec, { context: { memory } }) => {
  const size = sampleSize(spec);
  return function* (source) {
    const chosen: Document[] = [];
    let seen = 0;
    let held = 0;
    const take = (document: Document): void => {
      seen++;
      // Reservoir sampling: every document has the same chance to be among the chosen.
      const place = chosen.length < size ? chosen.length : Math.floor(Math.random() * seen);
      if (place >= size) return;
      const bytes =
        approximateBytes(document) - (place < chosen.length ? approximateBytes(chosen[place]) : 0);
      memory.charge(bytes);
      held += bytes;
      chosen[place] = document;
    };
    try {
      yield* consume(source, take);
      shuffle(chosen);
      yield* chosen;
    } finally {
      memory.release(held);
    }
  };
};

function sampleSize(spec: unknown): number {
  if (!isDocument(spec)) throw new CommandError(28745, 'the $sample stage specification must be an object');
  for (const [key, value] of Object.entries(spec)) {
    if (key !== 'size') throw new CommandError(28748, `unrecognized option to $sample: ${key}`);
    if (!isNumeric(value)) throw new CommandError(28746, 'size argument to $sample must be a number');
  }
  if (spec.size === undefined) throw new CommandError(28749, '$sample stage must specify a size');
  const size = toExactLong(spec.size) ?? BigInt(asInt32(spec.size) ?? 0);
  if (size <= 0n) throw new CommandError(28747, 'size argument to $sample must be a positive integer');
  return Number(size);
}

function shuffle(documents: Document[]): void {
  for (let last = documents.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [documents[last], documents[other]] = [documents[other], documents[last]];
  }
}
