import { MongoClient, type Collection } from 'mongodb';
import { Processes } from '../processes.ts';
import { rawStore } from './raw-store.ts';
import { flatness, median, perSecond, print } from './measure.ts';
import { smallDocument, type SmallDocument } from './documents.ts';

// The engine through the official driver, beside raw LMDB gets plus BSON in this process, in the same run.

const SIZES = [1_000, 100_000, 1_000_000];
const ROUNDS = 5;
const GETS = 10_000;
/** Writes, each of which waits for a commit. */
const WRITES = 5_000;
const PARALLEL = 8;

const processes = new Processes();
try {
  const directory = await processes.directory();
  let engine = await processes.database(directory);
  let mongo = await MongoClient.connect(engine.uri);
  const sized = SIZES.map((size) => ({
    size,
    documents: mongo.db('bench').collection<SmallDocument>(`documents-${size}`),
    byId: [] as number[],
    byNumber: [] as number[],
  }));
  for (const { size, documents } of sized) {
    await documents.createIndex({ number: 1 });
    for (let from = 0; from < size; from += 1000)
      await documents.insertMany(Array.from({ length: 1000 }, (_, at) => smallDocument(from + at)));
  }

  // Sizes take turns, so that a slow moment of the machine hits all; the first round only warms up.
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const { size, documents, byId, byNumber } of sized) {
      const any = () => Math.floor(Math.random() * size);
      const ids = await perSecond(GETS, PARALLEL, () => documents.findOne({ _id: smallDocument(any())._id }));
      const numbers = await perSecond(GETS, PARALLEL, () => documents.findOne({ number: any() }));
      if (round === 0) continue;
      byId.push(ids);
      byNumber.push(numbers);
    }
  for (const { size, byId, byNumber } of sized) {
    const raw = await rawStore(await processes.directory(), size);
    const floor = await perSecond(GETS * 10, 1, async () => raw.get(Math.floor(Math.random() * size)));
    await raw.close();
    const label = `${size.toLocaleString('en')} documents`;
    print(label, 'raw LMDB get + BSON', floor, '/s');
    print(label, 'get by _id', median(byId), '/s', floor);
    print(label, 'get by an indexed field', median(byNumber), '/s', floor);
  }
  const size = SIZES[SIZES.length - 1];
  let { documents } = sized[SIZES.length - 1];
  print('flatness', 'get by _id, fastest over slowest', flatness(sized.map(({ byId }) => median(byId))), '×');
  print(
    'flatness',
    'get by an indexed field, the same',
    flatness(sized.map(({ byNumber }) => median(byNumber))),
    '×',
  );
  print('all three sizes', 'resident memory, written and read', engine.rss(), 'MB');

  await measureWrites(documents, mongo.db('bench').collection<SmallDocument>('batch'), size);
  await measureGroup(mongo);

  await mongo.close();
  await processes.stop({ keepDirectories: true });
  const started = performance.now();
  engine = await processes.database(directory);
  mongo = await MongoClient.connect(engine.uri);
  documents = mongo.db('bench').collection<SmallDocument>(documents.collectionName);
  await documents.findOne({ number: 7 });
  print('1,000,000 documents', 'start of the process to the first answer', performance.now() - started, 'ms');
  await perSecond(GETS, PARALLEL, () => documents.findOne({ number: Math.floor(Math.random() * size) }));
  print('1,000,000 documents', 'resident memory after start and reads', engine.rss(), 'MB');
  await mongo.close();
} finally {
  await processes.stop();
}

async function measureWrites(
  documents: Collection<SmallDocument>,
  batch: Collection<SmallDocument>,
  size: number,
): Promise<void> {
  const started = performance.now();
  await batch.insertMany(Array.from({ length: 10_000 }, (_, at) => smallDocument(at)));
  print('writes', 'insertMany of 10,000', performance.now() - started, 'ms');
  let next = size;
  const inserts = await perSecond(WRITES, PARALLEL, () => documents.insertOne(smallDocument((next += 1))));
  print('writes', 'insert one', inserts, '/s');
  const updates = await perSecond(WRITES, PARALLEL, () =>
    documents.updateOne({ _id: smallDocument(Math.floor(Math.random() * size))._id }, { $inc: { views: 1 } }),
  );
  print('writes', 'update by id', updates, '/s');
  const journaled = await perSecond(200, PARALLEL, () =>
    documents.updateOne({ _id: smallDocument(7)._id }, { $inc: { views: 1 } }, { writeConcern: { j: true } }),
  );
  print('writes', 'update by id, j: true', journaled, '/s');
}

async function measureGroup(mongo: MongoClient): Promise<void> {
  const orders = mongo.db('bench').collection<SmallDocument>('orders');
  for (let from = 0; from < 100_000; from += 1000)
    await orders.insertMany(Array.from({ length: 1000 }, (_, at) => smallDocument(from + at)));
  const pipeline = [
    { $match: { views: { $gte: 0 } } },
    { $group: { _id: '$kind', count: { $sum: 1 }, mean: { $avg: '$number' } } },
  ];
  await orders.aggregate(pipeline).toArray();
  const started = performance.now();
  await orders.aggregate(pipeline).toArray();
  print('pipeline', '$match + $group over 100,000', performance.now() - started, 'ms');
}
