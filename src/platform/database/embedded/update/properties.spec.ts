import fc from 'fast-check';
import { encode } from '../bson/codec.js';
import { documents, numbers, values } from '../bson/testing/arbitraries.js';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { compileUpdate } from './update.js';

const paths = fc
  .array(fc.constantFrom('a', 'b', '0', '1', 'constructor', '__proto__'), { minLength: 1, maxLength: 3 })
  .map((components) => components.join('.'));

const present = values.filter((value) => value !== undefined);

const updates = fc.oneof(
  fc.tuple(fc.constantFrom('$set', '$min', '$max', '$push', '$addToSet', '$pull'), paths, present),
  fc.tuple(fc.constantFrom('$inc', '$mul'), paths, numbers),
  fc.tuple(fc.constantFrom('$unset', '$pop'), paths, fc.constantFrom(1, -1)),
  fc.tuple(fc.constant('$rename'), paths, paths),
);

function freeze(value: unknown): void {
  if (Array.isArray(value)) value.forEach(freeze);
  else if (isDocument(value)) Object.values(value).forEach(freeze);
  else return;
  Object.freeze(value);
}

/** The result of an update, or nothing when it is refused. */
function attempt(update: Document, document: Document): Document | undefined {
  try {
    return compileUpdate(update).apply(document, { now: new Date(0) });
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

describe('properties of updates', () => {
  it('never change the given document, and answer with it exactly when nothing changed', () => {
    let applied = 0;
    fc.assert(
      fc.property(documents, updates, (document, [operator, path, operand]) => {
        const before = Buffer.from(encode(document));
        freeze(document);
        const fields = JSON.parse('{}') as Document;
        Object.defineProperty(fields, path, { value: operand, enumerable: true });
        const result = attempt({ [operator]: fields }, document);
        if (result === undefined) return;
        applied++;
        expect(Buffer.from(encode(document)).equals(before)).toBe(true);
        expect(Buffer.from(encode(result)).equals(before)).toBe(result === document);
      }),
      { numRuns: 3000 },
    );
    expect(applied).toBeGreaterThan(500);
  });

  it('$set twice is $set once', () => {
    fc.assert(
      fc.property(documents, paths, present, (document, path, value) => {
        const update: Document = { $set: JSON.parse(`{${JSON.stringify(path)}: null}`) as Document };
        Object.defineProperty(update.$set, path, { value, enumerable: true });
        const once = attempt(update, document);
        if (once !== undefined) expect(attempt(update, once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });
});
