import { Long, MongoBulkWriteError, ObjectId } from 'mongodb';
import { TemporaryEngine, type Item } from '../../testing/temporary-engine.js';

describe('write commands', () => {
  let server: TemporaryEngine;
  let number = 0;

  beforeAll(async () => {
    server = await TemporaryEngine.start();
  });

  afterAll(() => server.remove());

  const fresh = () => server.collection<Item>(`c${++number}`);

  describe('insert', () => {
    it('stops an ordered batch at its first error and keeps what came before', async () => {
      const items = fresh();
      const documents = [{ _id: 1 }, { _id: 2 }, { _id: 1 }, { _id: 3 }];
      const error = await items
        .insertMany(documents)
        .catch((thrown: unknown) => thrown as MongoBulkWriteError);
      expect(error).toMatchObject({ code: 11000, insertedCount: 2, writeErrors: [{ index: 2 }] });
      expect(await items.countDocuments()).toBe(2);
    });

    it('goes on behind an error in an unordered batch', async () => {
      const items = fresh();
      const documents = [{ _id: 1 }, { _id: 1 }, { _id: [] }, { _id: 2 }];
      const error = await items
        .insertMany(documents, { ordered: false })
        .catch((thrown: unknown) => thrown as MongoBulkWriteError);
      expect(error).toMatchObject({ insertedCount: 2 });
      expect((error as MongoBulkWriteError).writeErrors).toMatchObject([
        { index: 1, code: 11000 },
        { index: 2, code: 53 },
      ]);
    });

    it('names key and value of a duplicate', async () => {
      const items = fresh();
      await items.createIndex({ 'who.mail': 1 }, { unique: true });
      await items.insertOne({ _id: 1, who: { mail: 'a@x' } });
      await expect(items.insertOne({ _id: 2, who: { mail: 'a@x' } })).rejects.toMatchObject({
        code: 11000,
        keyPattern: { 'who.mail': 1 },
        keyValue: { 'who.mail': 'a@x' },
        message: `E11000 duplicate key error collection: test.c${number} index: who.mail_1 dup key: { who.mail: "a@x" }`,
      });
    });

    it('makes an _id where there is none, in front', async () => {
      const reply = await server.command({ insert: 'made', documents: [{ a: 1 }] });
      expect(reply).toEqual({ n: 1, ok: 1 });
      const [found] = await server.collection('made').find().toArray();
      expect(Object.keys(found)).toEqual(['_id', 'a']);
      expect(found._id).toBeInstanceOf(ObjectId);
    });

    it('refuses a document of more than 16 MB and takes one just below', async () => {
      const items = fresh();
      const insert = (bytes: number) =>
        server.command({ insert: items.collectionName, documents: [{ _id: 1, fill: 'x'.repeat(bytes) }] });
      expect(await insert(16 * 2 ** 20)).toMatchObject({ n: 0, writeErrors: [{ index: 0, code: 10334 }] });
      expect(await insert(16 * 2 ** 20 - 100)).toMatchObject({ n: 1 });
      expect((await items.findOne({ _id: 1 }))?.fill).toHaveLength(16 * 2 ** 20 - 100);
    });

    it('takes ten thousand documents at once', async () => {
      const items = fresh();
      const { insertedCount } = await items.insertMany(
        Array.from({ length: 10_000 }, (_, n) => ({ _id: n })),
      );
      expect(insertedCount).toBe(10_000);
      expect(await items.estimatedDocumentCount()).toBe(10_000);
    });

    it.each([
      [{ insert: 'x', documents: [] }, 16],
      [{ insert: 'system.users', documents: [{}] }, 73],
      [{ insert: 'x' }, 40414],
      [{ insert: 'x', documents: [{}], writeConcern: { w: 3 } }, 2],
    ])('refuses %j with code %d', async (command, code) => {
      await expect(server.command(command)).rejects.toMatchObject({ code });
    });

    it('answers nothing to a write that nobody waits for, and does it', async () => {
      const items = fresh();
      await items.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
      expect(await items.countDocuments()).toBe(1);
    });
  });

  describe('update', () => {
    it('counts what matched and what changed', async () => {
      const items = fresh();
      await items.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ]);
      expect(await items.updateMany({}, { $set: { a: 2 } })).toMatchObject({
        matchedCount: 2,
        modifiedCount: 1,
      });
      expect(await items.updateOne({ _id: 9 }, { $set: { a: 1 } })).toMatchObject({ matchedCount: 0 });
    });

    it('does not meet a document again where the change moves it to', async () => {
      const items = fresh();
      await items.createIndex({ n: 1 });
      await items.insertMany(Array.from({ length: 300 }, (_, n) => ({ _id: n, n })));
      const result = await items.updateMany({ n: { $gte: 0 } }, { $inc: { n: 1000 } }, { hint: 'n_1' });
      expect(result).toMatchObject({ matchedCount: 300, modifiedCount: 300 });
      expect(await items.countDocuments({ n: { $gte: 2000 } })).toBe(0);
    });

    it('upserts from the query and the update', async () => {
      const items = fresh();
      const update = { $set: { b: 2 }, $setOnInsert: { c: 3 } };
      const first = await items.updateOne({ _id: 'x', a: 1 }, update, { upsert: true });
      expect(first).toMatchObject({ upsertedId: 'x', upsertedCount: 1, matchedCount: 0 });
      expect(await items.findOne()).toEqual({ _id: 'x', a: 1, b: 2, c: 3 });
      const second = await items.updateOne(
        { _id: 'x' },
        { $set: { b: 5 }, $setOnInsert: { c: 9 } },
        { upsert: true },
      );
      expect(second).toMatchObject({ upsertedCount: 0, modifiedCount: 1 });
      expect(await items.findOne()).toEqual({ _id: 'x', a: 1, b: 5, c: 3 });
    });

    it('replaces, and runs pipelines, array filters and the positional operator', async () => {
      const items = fresh();
      await items.insertOne({ _id: 1, list: [1, 5, 9], total: 0 });
      await items.updateOne({ _id: 1 }, [{ $set: { total: { $sum: '$list' } } }]);
      await items.updateOne(
        { _id: 1 },
        { $inc: { 'list.$[big]': 100 } },
        { arrayFilters: [{ big: { $gt: 4 } }] },
      );
      await items.updateOne({ _id: 1, list: 105 }, { $set: { 'list.$': 'five' } });
      expect(await items.findOne()).toEqual({ _id: 1, list: [1, 'five', 109], total: 15 });
      await items.replaceOne({ _id: 1 }, { only: true });
      expect(await items.findOne()).toEqual({ _id: 1, only: true });
    });

    it('keeps what it changed before an error, and tells the error', async () => {
      const items = fresh();
      await items.insertMany([
        { _id: 1, n: 1 },
        { _id: 2, n: 'x' },
        { _id: 3, n: 3 },
      ]);
      await expect(items.updateMany({}, { $inc: { n: 1 } })).rejects.toMatchObject({ code: 14 });
      expect(await items.find().sort({ _id: 1 }).toArray()).toEqual([
        { _id: 1, n: 2 },
        { _id: 2, n: 'x' },
        { _id: 3, n: 3 },
      ]);
    });

    it.each([
      [{ q: {}, u: { $foo: 1 } }, 9],
      [{ q: {}, u: { $set: { a: 1 }, $inc: { a: 1 } } }, 40],
      [{ q: {}, u: { $set: { _id: 5 } } }, 66],
      [{ q: {}, u: { a: 1 }, multi: true }, 9],
      [{ q: { $foo: 1 }, u: { $set: { a: 1 } } }, 2],
    ])('refuses %j with code %d', async (statement, code) => {
      const items = fresh();
      await items.insertOne({ _id: 1, a: 1 });
      const reply = await server.command({ update: items.collectionName, updates: [statement] });
      expect(reply.writeErrors).toMatchObject([{ index: 0, code }]);
    });

    it('loses no increment of parallel writers', async () => {
      const items = fresh();
      await items.insertOne({ _id: 1, n: 0 });
      await Promise.all(Array.from({ length: 200 }, () => items.updateOne({ _id: 1 }, { $inc: { n: 1 } })));
      expect(await items.findOne()).toEqual({ _id: 1, n: 200 });
    });

    it('lets one of many win who compare before they set', async () => {
      const items = fresh();
      await items.insertOne({ _id: 1, owner: null });
      const claims = await Promise.all(
        Array.from({ length: 50 }, (_, n) => items.updateOne({ owner: null }, { $set: { owner: n } })),
      );
      expect(claims.reduce((sum, { modifiedCount }) => sum + modifiedCount, 0)).toBe(1);
    });

    it('upserts one document for many who ask at once', async () => {
      const items = fresh();
      await items.createIndex({ key: 1 }, { unique: true });
      await Promise.all(
        Array.from({ length: 50 }, () => items.updateOne({ key: 'k' }, { $inc: { n: 1 } }, { upsert: true })),
      );
      expect(await items.find().toArray()).toMatchObject([{ key: 'k', n: 50 }]);
    });
  });

  describe('unique indexes', () => {
    it('take one of many equal documents that arrive at once', async () => {
      const items = fresh();
      await items.createIndex({ name: 1 }, { unique: true });
      const inserts = await Promise.allSettled(
        Array.from({ length: 40 }, (_, n) => items.insertOne({ _id: n, name: 'same' })),
      );
      expect(inserts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('hold null and missing as one value, which a sparse index does not have', async () => {
      const items = fresh();
      await items.createIndex({ a: 1 }, { unique: true });
      await items.createIndex({ b: 1 }, { unique: true, sparse: true });
      await items.insertOne({ _id: 1 });
      await expect(items.insertOne({ _id: 2, a: null, b: 1 })).rejects.toMatchObject({ code: 11000 });
      await items.insertOne({ _id: 3, a: 1 });
    });

    it('hold numbers of different types as one value', async () => {
      const items = fresh();
      await items.insertOne({ _id: 1 });
      await expect(items.insertOne({ _id: Long.fromNumber(1) })).rejects.toMatchObject({ code: 11000 });
    });
  });

  describe('delete', () => {
    it('removes one or all', async () => {
      const items = fresh();
      await items.insertMany([1, 2, 3, 4].map((n) => ({ _id: n, even: n % 2 === 0 })));
      expect(await items.deleteOne({ even: true })).toMatchObject({ deletedCount: 1 });
      expect(await items.deleteMany({ even: false })).toMatchObject({ deletedCount: 2 });
      expect(await items.deleteMany({ even: false })).toMatchObject({ deletedCount: 0 });
      expect(await items.countDocuments()).toBe(1);
    });

    it('refuses another limit', async () => {
      const command = { delete: 'x', deletes: [{ q: {}, limit: 5 }] };
      await expect(server.command(command)).rejects.toMatchObject({ code: 9 });
    });
  });

  describe('findAndModify', () => {
    it('gives the document as it was or as it is', async () => {
      const items = fresh();
      await items.insertMany([
        { _id: 1, n: 1 },
        { _id: 2, n: 2 },
      ]);
      const before = await items.findOneAndUpdate({}, { $inc: { n: 10 } }, { sort: { n: -1 } });
      expect(before).toEqual({ _id: 2, n: 2 });
      const after = await items.findOneAndUpdate(
        { _id: 2 },
        { $inc: { n: 10 } },
        { returnDocument: 'after', projection: { n: 1, _id: 0 } },
      );
      expect(after).toEqual({ n: 22 });
      expect(await items.findOneAndUpdate({ _id: 9 }, { $set: { n: 1 } })).toBeNull();
    });

    it('upserts and removes', async () => {
      const items = fresh();
      const reply = await server.command({
        findAndModify: items.collectionName,
        query: { _id: 'u' },
        update: { $set: { a: 1 } },
        upsert: true,
        new: true,
      });
      expect(reply).toMatchObject({
        lastErrorObject: { n: 1, updatedExisting: false, upserted: 'u' },
        value: { _id: 'u', a: 1 },
      });
      expect(await items.findOneAndReplace({ _id: 'u' }, { b: 2 })).toEqual({ _id: 'u', a: 1 });
      expect(await items.findOneAndDelete({ b: 2 })).toEqual({ _id: 'u', b: 2 });
      expect(await items.findOneAndDelete({ b: 2 })).toBeNull();
    });

    it('gives a queue item to one worker alone', async () => {
      const items = fresh();
      await items.insertMany(Array.from({ length: 30 }, (_, n) => ({ _id: n, state: 'new' })));
      const taken = await Promise.all(
        Array.from({ length: 40 }, () =>
          items.findOneAndUpdate({ state: 'new' }, { $set: { state: 'taken' } }, { sort: { _id: 1 } }),
        ),
      );
      const ids = taken.filter((item) => item !== null).map(({ _id }) => _id);
      expect(new Set(ids).size).toBe(30);
      expect(ids).toHaveLength(30);
    });

    it.each([
      [{ remove: true, new: true }, 9],
      [{ remove: true, update: {} }, 9],
      [{}, 9],
      [{ update: { $set: { a: 1 } }, unknown: 1 }, 40415],
    ])('refuses %j with code %d', async (fields, code) => {
      await expect(server.command({ findAndModify: 'x', query: {}, ...fields })).rejects.toMatchObject({
        code,
      });
    });
  });

  describe('validation', () => {
    it('refuses documents that break the rule of their collection', async () => {
      await server.db.createCollection('ruled', {
        validator: { $jsonSchema: { required: ['name'], properties: { name: { bsonType: 'string' } } } },
      });
      const ruled = server.collection('ruled');
      await expect(ruled.insertOne({ name: 5 })).rejects.toMatchObject({
        code: 121,
        errInfo: { details: { operatorName: '$jsonSchema' } },
      });
      await ruled.insertOne({ name: 'x' });
      await expect(ruled.updateOne({}, { $unset: { name: 1 } })).rejects.toMatchObject({ code: 121 });
      await ruled.insertOne({ name: 5 }, { bypassDocumentValidation: true });
      await server.command({ collMod: 'ruled', validationLevel: 'moderate' });
      expect(await ruled.updateOne({ name: 5 }, { $set: { a: 1 } })).toMatchObject({ modifiedCount: 1 });
      await server.command({ collMod: 'ruled', validationAction: 'warn' });
      await ruled.insertOne({ other: 1 });
    });
  });

  it('runs a mixed bulk', async () => {
    const items = fresh();
    const result = await items.bulkWrite([
      { insertOne: { document: { _id: 1 } } },
      { updateOne: { filter: { _id: 2 }, update: { $set: { a: 1 } }, upsert: true } },
      { updateMany: { filter: {}, update: { $set: { b: 1 } } } },
      { deleteOne: { filter: { _id: 1 } } },
    ]);
    expect(result).toMatchObject({ insertedCount: 1, upsertedCount: 1, modifiedCount: 2, deletedCount: 1 });
  });
});
