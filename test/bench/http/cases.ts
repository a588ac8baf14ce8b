/** What the benchmark put into the database. */
export interface BenchData {
  ids: string[];
  groups: number;
  user: { _key: string; _password: string };
}

/** One route under load; the floor answers the same path. */
export interface BenchCase {
  name: string;
  connections?: number;
  request(data: BenchData): {
    method: 'GET' | 'POST' | 'PATCH';
    path: string;
    body?: string;
    /** Instead of those that name the root key and JSON. */
    headers?: Record<string, string>;
  };
}

const COLLECTION = '/service/storage/v1/bench';
const any = (ids: string[]) => ids[Math.floor(Math.random() * ids.length)];
const group = ({ groups }: BenchData) => Math.floor(Math.random() * groups);

export const CASES: BenchCase[] = [
  { name: 'get by id', request: ({ ids }) => ({ method: 'GET', path: `${COLLECTION}/${any(ids)}` }) },
  {
    name: 'list of 20',
    request: (data) => ({
      method: 'GET',
      path: `${COLLECTION}?limit=20&query=${encodeURIComponent(JSON.stringify({ group: group(data) }))}`,
    }),
  },
  {
    name: 'insert',
    request: (data) => ({
      method: 'POST',
      path: COLLECTION,
      body: JSON.stringify({ title: 'A new document', group: group(data), price: 9.5, tags: ['a', 'b'] }),
    }),
  },
  {
    name: 'update by id',
    request: ({ ids }) => ({
      method: 'PATCH',
      path: `${COLLECTION}/${any(ids)}`,
      body: JSON.stringify({ document: { $inc: { views: 1 } } }),
    }),
  },
  {
    name: 'aggregate',
    request: (data) => ({
      method: 'POST',
      path: `${COLLECTION}/aggregate`,
      body: JSON.stringify({
        pipeline: [
          { $match: { group: group(data) } },
          { $group: { _id: '$kind', count: { $sum: 1 }, price: { $avg: '$price' } } },
          { $sort: { count: -1 } },
        ],
      }),
    }),
  },
  {
    name: 'sign in',
    // bcrypt owns both cores; more connections would only queue.
    connections: 4,
    request: ({ user }) => ({ method: 'POST', path: '/service/auth/v1/signin', body: JSON.stringify(user) }),
  },
];
