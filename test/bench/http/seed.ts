import { MongoClient } from 'mongodb';
import type { BenchData } from './cases.ts';
import { BENCH_SECRET } from '../processes.ts';

const DOCUMENTS = 20_000;
const GROUPS = 1000;

/** Fills the database that both servers read: 20,000 documents in 1,000 groups with an index, and one user. */
export async function seed(uri: string, coglex: string): Promise<BenchData> {
  const mongo = new MongoClient(uri);
  const collection = mongo.db('coglex').collection<{ _id: string }>('bench');
  await collection.createIndex({ group: 1 });
  const ids: string[] = [];
  for (let from = 0; from < DOCUMENTS; from += 1000) {
    const documents = Array.from({ length: 1000 }, (_, at) => {
      const number = from + at;
      return {
        _id: number.toString(16).padStart(24, '0'),
        title: `Document ${number}`,
        group: number % GROUPS,
        kind: `kind ${number % 7}`,
        price: number / 100,
        tags: ['red', 'green', 'blue'],
        views: 0,
        _inserted: new Date(),
      };
    });
    await collection.insertMany(documents);
    ids.push(...documents.map(({ _id }) => _id));
  }
  await mongo.close();
  const user = { _key: 'bench@example.com', _password: 'correct horse battery' };
  const answer = await fetch(`${coglex}/service/auth/v1/signup`, {
    method: 'POST',
    headers: { 'x-api-key': BENCH_SECRET, 'content-type': 'application/json' },
    body: JSON.stringify(user),
  });
  if (answer.status !== 201) throw new Error(`Sign-up answered ${answer.status}`);
  return { ids, groups: GROUPS, user };
}
