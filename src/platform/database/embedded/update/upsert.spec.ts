import { ObjectId } from 'bson';
import { CommandError } from '../errors.js';
import { compileFilter } from '../query/filter.js';
import type { Document } from '../types.js';
import { compileUpdate } from './update.js';
import { buildUpsert } from './upsert.js';

function upsert(filter: Document, update: Document | Document[]): Document {
  return buildUpsert(compileFilter(filter), compileUpdate(update), new Date());
}

describe('buildUpsert', () => {
  it.each<[Document, Document | Document[], Document]>([
    [{ _id: 1, a: 2 }, { $set: { b: 3 } }, { _id: 1, a: 2, b: 3 }],
    [{ a: 2, _id: 1 }, { $set: { b: 3 } }, { _id: 1, a: 2, b: 3 }],
    [{ _id: 1, 'a.b': 2, 'a.c': 3 }, { $inc: { 'a.b': 1 } }, { _id: 1, a: { b: 3, c: 3 } }],
    [{ _id: 1, a: { $gt: 5 }, b: { $eq: 2 } }, { $set: { c: 1 } }, { _id: 1, b: 2, c: 1 }],
    [{ $and: [{ _id: 1 }, { a: 2 }] }, { $setOnInsert: { b: 1 } }, { _id: 1, a: 2, b: 1 }],
    [{ _id: 1, a: 2 }, { b: 3 }, { _id: 1, b: 3 }],
    [{ a: 2 }, { b: 3, _id: 7 }, { _id: 7, b: 3 }],
    [{ _id: 1, a: 2 }, [{ $set: { b: 3 } }], { _id: 1, a: 2, b: 3 }],
    [{ a: 1 }, { $set: { _id: 7 } }, { _id: 7, a: 1 }],
  ])('of %j with %j', (filter, update, expected) => {
    expect(JSON.stringify(upsert(filter, update))).toBe(JSON.stringify(expected));
  });

  it('makes an _id in front', () => {
    const document = upsert({ a: 1 }, { $set: { b: 1 } });
    expect(Object.keys(document)).toEqual(['_id', 'a', 'b']);
    expect(document._id).toBeInstanceOf(ObjectId);
  });

  it.each<[number, Document, Document]>([
    [54, { $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }],
    [66, { _id: 1 }, { $set: { _id: 2 } }],
    [66, { _id: 1 }, { _id: 2 }],
    [2, { a: 5 }, { $set: { 'a.$': 1 } }],
  ])('refuses with %i: %j with %j', (code, filter, update) => {
    let thrown: unknown;
    try {
      upsert(filter, update);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CommandError);
    expect((thrown as CommandError).code).toBe(code);
  });
});
