import { Double, Long, ObjectId } from 'mongodb';
import {
  TemporaryEngine,
  type CursorReply,
  type Explained,
  type Item,
} from '../../testing/temporary-engine.js';

describe('read commands', () => {
  let server: TemporaryEngine;

  beforeAll(async () => {
    server = await TemporaryEngine.start({ maxMemoryPerQuery: 400_000 });
    const numbers = server.collection<Item>('numbers');
    await numbers.insertMany(
      Array.from({ length: 500 }, (_, n) => ({
        _id: n,
        n,
        even: n % 2 === 0,
        text: `t${n % 10}`,
      })),
    );
    await numbers.createIndex({ n: 1 });
    await numbers.createIndex({ text: 1, n: -1 });
  });

  afterAll(() => server.remove());

  describe('find', () => {
    it('answers in batches, which getMore continues', async () => {
      const first = await server.command<CursorReply>({ find: 'numbers', batchSize: 200 });
      expect(first.cursor.firstBatch).toHaveLength(200);
      const getMore = { getMore: first.cursor.id, collection: 'numbers', batchSize: 250 };
      const second = await server.command<CursorReply>(getMore);
      expect(second.cursor.nextBatch).toHaveLength(250);
      expect(second.cursor.id).toEqual(first.cursor.id);
      const third = await server.command<CursorReply>(getMore);
      expect(third.cursor.nextBatch).toHaveLength(50);
      expect(Number(third.cursor.id)).toBe(0);
      await expect(server.command<CursorReply>(getMore)).rejects.toMatchObject({
        code: 43,
        codeName: 'CursorNotFound',
      });
    });

    it('gives 101 documents first unless told otherwise, and none for a batch of 0', async () => {
      const usual = await server.command<CursorReply>({ find: 'numbers' });
      expect(usual.cursor.firstBatch).toHaveLength(101);
      const none = await server.command<CursorReply>({ find: 'numbers', batchSize: 0 });
      expect(none.cursor.firstBatch).toHaveLength(0);
      expect(Number(none.cursor.id)).not.toBe(0);
    });

    it('closes the cursor for singleBatch and for a negative limit', async () => {
      const single = await server.command<CursorReply>({ find: 'numbers', singleBatch: true, batchSize: 5 });
      expect(single.cursor.firstBatch).toHaveLength(5);
      expect(Number(single.cursor.id)).toBe(0);
      // The driver says this by singleBatch.
      expect(await server.collection<Item>('numbers').find().limit(-3).toArray()).toHaveLength(3);
    });

    it('does not give a cursor to another namespace', async () => {
      const { cursor } = await server.command<CursorReply>({ find: 'numbers', batchSize: 2 });
      const stolen = server.command({ getMore: cursor.id, collection: 'others' });
      await expect(stolen).rejects.toMatchObject({ code: 13 });
      const killed = await server.command({
        killCursors: 'numbers',
        cursors: [cursor.id, Long.fromNumber(5)],
      });
      expect(killed).toMatchObject({ cursorsKilled: [cursor.id], cursorsNotFound: [5] });
    });

    it('filters, sorts, skips, limits and projects', async () => {
      const found = await server
        .collection('numbers')
        .find({ text: 't3', even: false })
        .sort({ n: -1 })
        .skip(1)
        .limit(2)
        .project({ n: 1, _id: 0 })
        .toArray();
      expect(found).toEqual([{ n: 483 }, { n: 473 }]);
    });

    it('returns what was stored with its types', async () => {
      const stored = server.collection('types');
      const document = {
        _id: new ObjectId(),
        double: new Double(5),
        long: Long.fromString('9007199254740993'),
        nested: { 2: 'b', 1: 'a' },
        empty: {},
        list: [null, true, new Date(3)],
      };
      await stored.insertOne(document);
      const raw = { promoteValues: false, promoteLongs: false } as const;
      const [found] = await stored.find({}, raw).toArray();
      expect(found.double).toBeInstanceOf(Double);
      expect(String(found.long)).toBe('9007199254740993');
      expect(found.list).toEqual([null, true, new Date(3)]);
    });

    it('stops after maxTimeMS', async () => {
      const slow = server
        .collection('numbers')
        .aggregate([
          { $lookup: { from: 'numbers', pipeline: [{ $match: { even: true } }], as: 'all' } },
          { $unwind: '$all' },
          { $group: { _id: { $mod: ['$all.n', 7] }, n: { $sum: 1 } } },
        ])
        .maxTimeMS(1);
      await expect(slow.toArray()).rejects.toMatchObject({ code: 50, codeName: 'MaxTimeMSExpired' });
    });

    it('sorts in memory up to a limit', async () => {
      const large = server.collection('large');
      await large.insertMany(Array.from({ length: 300 }, (_, n) => ({ n, fill: 'x'.repeat(2000) })));
      const everything = large.find().sort({ n: -1 }).toArray();
      await expect(everything).rejects.toMatchObject({
        code: 292,
        codeName: 'QueryExceededMemoryLimitNoDiskUseAllowed',
      });
      const first = await large.find().sort({ n: -1 }).limit(3).toArray();
      expect(first.map(({ n }) => n as number)).toEqual([299, 298, 297]);
    });

    it('takes an index by its name or pattern, and no other', async () => {
      const numbers = server.collection<Item>('numbers');
      const hinted = await numbers.find({ even: true }).hint('n_1').limit(2).toArray();
      expect(hinted).toHaveLength(2);
      expect(await numbers.find({}).hint({ text: 1, n: -1 }).limit(1).toArray()).toMatchObject([{ n: 490 }]);
      expect(await numbers.find({}).hint({ $natural: -1 }).limit(1).toArray()).toMatchObject([{ n: 499 }]);
      await expect(numbers.find({}).hint('other').toArray()).rejects.toMatchObject({ code: 2 });
    });

    it('compares by a collation', async () => {
      const words = server.collection('words');
      await words.insertMany(['b', 'A', 'a', 'B', 'ä'].map((word) => ({ word })));
      await words.createIndex({ word: 1 });
      const collation = { locale: 'en', strength: 1 };
      expect(await words.countDocuments({ word: 'a' }, { collation })).toBe(3);
      const sorted = await words.find().sort({ word: 1 }).collation({ locale: 'de' }).toArray();
      expect(sorted.map(({ word }) => word as string)).toEqual(['a', 'A', 'ä', 'b', 'B']);
    });

    it.each([
      [{ find: 'numbers', filter: { $foo: 1 } }, 2],
      [{ find: 'numbers', filter: 5 }, 14],
      [{ find: 'numbers', limit: 'x' }, 14],
      [{ find: 'numbers', skip: -1 }, 51024],
      [{ find: 'numbers', unknown: 1 }, 40415],
      [{ find: '' }, 73],
      [{ find: 'a$b' }, 73],
      [{ find: 'numbers', tailable: true }, 2],
      [{ find: 'numbers', collation: { locale: 'xx_nowhere' } }, 2],
      [{ find: 'numbers', maxTimeMS: -1 }, 2],
      [{ find: 'numbers', readConcern: { level: 'snapshot' } }, 123],
      [{ find: 'numbers', txnNumber: Long.fromNumber(1), startTransaction: true, autocommit: false }, 20],
    ])('refuses %j with code %d', async (command, code) => {
      await expect(server.command(command)).rejects.toMatchObject({ code });
    });

    it('finds nothing in a collection that is not there', async () => {
      expect(await server.collection('absent').find({ a: 1 }).toArray()).toEqual([]);
      await expect(server.collection('absent').find({ $foo: 1 }).toArray()).rejects.toMatchObject({
        code: 2,
      });
    });
  });

  describe('count and distinct', () => {
    it.each([
      [{ count: 'numbers' }, 500],
      [{ count: 'numbers', query: { n: { $gte: 490 } } }, 10],
      [{ count: 'numbers', query: { n: { $gte: 490 }, even: true } }, 5],
      [{ count: 'numbers', skip: 495, limit: 10 }, 5],
      [{ count: 'numbers', query: { n: { $lt: 100 } }, skip: 10, limit: 20 }, 20],
      [{ count: 'numbers', query: { n: { $lt: 100 } }, limit: -20 }, 20],
      [{ count: 'absent', query: { n: 1 } }, 0],
    ])('counts %j', async (command, n) => {
      expect(await server.command(command)).toMatchObject({ n });
    });

    it('counts documents as drivers do', async () => {
      const numbers = server.collection<Item>('numbers');
      expect(await numbers.countDocuments({ text: 't1' })).toBe(50);
      expect(await numbers.countDocuments({}, { skip: 100, limit: 50 })).toBe(50);
      expect(await numbers.estimatedDocumentCount()).toBe(500);
    });

    it('gives every value once, those of arrays one by one', async () => {
      const values = server.collection('values');
      await values.insertMany([{ v: 1 }, { v: [1, 2, [3]] }, { v: Long.fromNumber(2) }, {}, { v: null }]);
      const found = await values.distinct('v');
      expect(found).toHaveLength(4);
      expect(found).toEqual(expect.arrayContaining([1, 2, [3], null]));
      expect(await server.collection<Item>('numbers').distinct('text', { n: { $lt: 3 } })).toEqual([
        't0',
        't1',
        't2',
      ]);
    });
  });

  describe('explain', () => {
    const explain = async (filter: object, sort?: Record<string, 1 | -1>): Promise<Explained> => {
      const cursor = server.collection<Item>('numbers').find(filter);
      return (await (sort ? cursor.sort(sort) : cursor).explain('executionStats')) as Explained;
    };

    it('shows a scan of the collection', async () => {
      const { queryPlanner, executionStats } = await explain({ even: true });
      expect(queryPlanner.winningPlan).toMatchObject({ stage: 'COLLSCAN', direction: 'forward' });
      expect(executionStats).toMatchObject({ nReturned: 250, totalKeysExamined: 0, totalDocsExamined: 500 });
    });

    it('shows the bounds of an index', async () => {
      const { queryPlanner, executionStats } = await explain({ n: { $gt: 10, $lte: 20 } });
      expect(queryPlanner.winningPlan).toMatchObject({
        stage: 'FETCH',
        inputStage: { stage: 'IXSCAN', indexName: 'n_1', indexBounds: { n: ['(10, 20]'] } },
      });
      expect(executionStats).toMatchObject({ nReturned: 10, totalKeysExamined: 10, totalDocsExamined: 10 });
    });

    it('shows a sort that an index serves, and one that none does', async () => {
      const served = await explain({ text: 't1' }, { n: 1 });
      expect(served.queryPlanner.winningPlan).toMatchObject({
        stage: 'FETCH',
        inputStage: { indexName: 'text_1_n_-1', direction: 'backward' },
      });
      const unserved = await explain({ text: 't1' }, { even: 1 });
      expect(unserved.queryPlanner.winningPlan).toMatchObject({
        stage: 'SORT',
        inputStage: { stage: 'FETCH' },
      });
    });

    it('shows the lookup of one document', async () => {
      const { queryPlanner, executionStats } = await explain({ _id: 7 });
      expect(queryPlanner.winningPlan).toEqual({ stage: 'IDHACK' });
      expect(executionStats).toMatchObject({ totalKeysExamined: 1, totalDocsExamined: 1 });
    });

    it('shows one scan for each alternative', async () => {
      const { queryPlanner } = await explain({ $or: [{ n: 3 }, { text: 't4', n: { $lt: 50 } }] });
      const { inputStage } = queryPlanner.winningPlan as {
        inputStage: { stage: string; inputStages: object[] };
      };
      expect(inputStage.stage).toBe('OR');
      expect(inputStage.inputStages).toMatchObject([{ indexName: 'n_1' }, { indexName: 'text_1_n_-1' }]);
    });

    it('shows what the head of a pipeline uses', async () => {
      const pipeline = [{ $match: { n: { $lt: 5 } } }, { $group: { _id: '$text' } }];
      const { stages } = await server.collection<Item>('numbers').aggregate(pipeline).explain('queryPlanner');
      expect(stages).toMatchObject([
        { $cursor: { queryPlanner: { winningPlan: { inputStage: { indexName: 'n_1' } } } } },
        { $group: { _id: '$text' } },
      ]);
    });

    it('writes nothing', async () => {
      const deleting = { explain: { delete: 'numbers', deletes: [{ q: { n: 1 }, limit: 1 }] } };
      const { queryPlanner } = await server.command<Explained>(deleting);
      expect(queryPlanner.winningPlan).toMatchObject({
        stage: 'DELETE',
        inputStage: { inputStage: { indexName: 'n_1' } },
      });
      expect(await server.collection<Item>('numbers').countDocuments({ n: 1 })).toBe(1);
    });
  });

  describe('aggregate', () => {
    it('joins through an index', async () => {
      const orders = server.collection('orders');
      await orders.insertMany([{ number: 3 }, { number: 1000 }]);
      const $lookup = { from: 'numbers', localField: 'number', foreignField: 'n', as: 'found' };
      const joined = await orders.aggregate([{ $lookup }, { $project: { _id: 0, 'found.n': 1 } }]).toArray();
      expect(joined).toEqual([{ found: [{ n: 3 }] }, { found: [] }]);
    });

    it('counts without looking into documents', async () => {
      const counted = server
        .collection<Item>('numbers')
        .aggregate([{ $match: { even: true } }, { $count: 'n' }]);
      expect(await counted.toArray()).toEqual([{ n: 250 }]);
    });

    it('replaces a collection with $out, keeping its indexes', async () => {
      const target = server.collection('target');
      await target.insertOne({ old: true });
      await target.createIndex({ n: 1 }, { unique: true });
      await server
        .collection('numbers')
        .aggregate([{ $limit: 200 }, { $out: 'target' }])
        .toArray();
      expect(await target.countDocuments()).toBe(200);
      expect(await target.indexes()).toMatchObject([{ name: '_id_' }, { name: 'n_1', unique: true }]);
      const clash = [{ $limit: 3 }, { $set: { n: 1 } }, { $out: 'target' }];
      await expect(server.collection<Item>('numbers').aggregate(clash).toArray()).rejects.toMatchObject({
        code: 11000,
      });
      expect(await target.countDocuments()).toBe(200);
      const names = (await server.db.listCollections().toArray()).map(({ name }) => name);
      expect(names.filter((name) => name.startsWith('tmp.'))).toEqual([]);
    });

    it('merges into a collection', async () => {
      const totals = server.collection<Item>('totals');
      await totals.insertOne({ _id: 't1', kept: 1 });
      const pipeline = [
        { $group: { _id: '$text', n: { $sum: 1 } } },
        { $merge: { into: 'totals', whenMatched: 'merge' } },
      ];
      await server.collection<Item>('numbers').aggregate(pipeline).toArray();
      expect(await totals.countDocuments()).toBe(10);
      expect(await totals.findOne({ _id: 't1' })).toEqual({
        _id: 't1',
        kept: 1,
        n: 50,
      });
    });

    it('has no change streams', async () => {
      const watch = server
        .collection('numbers')
        .aggregate([{ $changeStream: {} }])
        .toArray();
      await expect(watch).rejects.toMatchObject({ code: 40573 });
    });
  });
});
