import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { built } from '../built.ts';
import { Processes } from '../processes.ts';
import { startRedis } from '../redis-process.ts';

// What a hit, a miss and a stampede cost, in memory and in Redis, beside reading from the database again.

type Areas = typeof import('../../../src/platform/cache/cache-area.js');
type InMemory = typeof import('../../../src/platform/cache/memory-driver.js');
type InRedis = typeof import('../../../src/platform/cache/redis-driver.js');

const { CacheArea } = await built<Areas>('platform/cache/cache-area.js');
const { MemoryDriver } = await built<InMemory>('platform/cache/memory-driver.js');
const { RedisDriver } = await built<InRedis>('platform/cache/redis-driver.js');
type Area = InstanceType<typeof CacheArea>;
type Driver = InstanceType<typeof MemoryDriver> | InstanceType<typeof RedisDriver>;

const DOCUMENTS = 10_000;
const minute = { seconds: 60, tags: ['bench'] };
const print = (line: string) => process.stdout.write(`${line}\n`);

/** An area on one driver, as the store has it while that driver is there. */
const areaOn = (driver: Driver): Area =>
  new CacheArea(
    'bench',
    'project',
    {
      use: (work: (place: object, marks: (own: string[]) => string[]) => unknown) =>
        work({ driver, longestMs: Infinity }, (own) => ['all', ...own]),
      change: (work: (driver: Driver) => unknown) => work(driver),
    } as never,
    { asked: () => undefined } as never,
    { project: 'default' } as never,
  );

async function measure(
  label: string,
  times: number,
  work: (turn: number) => Promise<unknown>,
): Promise<void> {
  for (let turn = 0; turn < times / 10; turn += 1) await work(turn);
  const taken: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const began = performance.now();
    await work(turn);
    taken.push(performance.now() - began);
  }
  taken.sort((one, other) => one - other);
  const at = (part: number) => `${((taken[Math.floor(times * part)] ?? 0) * 1000).toFixed(0).padStart(7)} µs`;
  print(`${label.padEnd(44)} p50 ${at(0.5)}   p99 ${at(0.99)}`);
}

/** Many ask for the same at once, on two instances. */
async function stampede(label: string, one: Area, two: Area | undefined): Promise<void> {
  let computed = 0;
  const compute = async () => {
    computed += 1;
    await sleep(50);
    return 'answer';
  };
  const key = [label];
  const began = performance.now();
  const ask = (area: Area | undefined) => (area ? area.getOrCompute(key, minute, compute) : compute());
  await Promise.all(Array.from({ length: 1000 }, (_, at) => ask(at % 2 === 0 ? one : two)));
  print(`${label.padEnd(44)} computed ${computed} times, ${(performance.now() - began).toFixed(0)} ms`);
}

const processes = new Processes();
const server = await startRedis();
if (!server) throw new Error('This benchmark needs a redis-server');
const client = new Redis(server.url, { retryStrategy: () => 50 });
client.on('error', () => undefined);
const { uri } = await processes.database();
const mongo = await MongoClient.connect(uri);
try {
  const things = mongo.db('bench').collection<{ _id: string; group: number; text: string }>('things');
  const thing = (at: number) => ({ _id: `thing-${at}`, group: at % 10, text: 'x'.repeat(1000) });
  await things.insertMany(Array.from({ length: DOCUMENTS }, (_, at) => thing(at)));
  const find = () => things.findOne({ _id: 'thing-7' });
  const sum = () =>
    things.aggregate([{ $group: { _id: '$group', count: { $sum: 1 } } }, { $sort: { _id: 1 } }]).toArray();

  print(`A document of 1 KB, and a sum over ${DOCUMENTS} of them`);
  await measure('no cache, one document', 2000, find);
  await measure('no cache, the sum', 20, sum);
  const named = (...parts: string[]) => ['bench', ...parts].join(':');
  const memory = areaOn(new MemoryDriver({ maxSize: 64 * 1024 ** 2 }));
  const shared = [1, 2].map(() => areaOn(new RedisDriver(client, named)));
  for (const [label, area] of [
    ['memory', memory],
    ['Redis', shared[0]],
  ] as const) {
    await measure(`${label}, hit`, 5000, () => area.getOrCompute(['document'], minute, find));
    await measure(`${label}, miss, beside the computation`, 1000, (turn) =>
      area.getOrCompute(['miss', turn, Math.random()], minute, async () => Promise.resolve(turn)),
    );
    await measure(`${label}, a tag forgotten`, 1000, () => area.invalidateTag('bench'));
  }
  print('1,000 ask for the same at once; it takes 50 ms');
  await stampede('no cache', undefined as never, undefined);
  await stampede('memory, one instance', memory, memory);
  await stampede('Redis, two instances', shared[0], shared[1]);
} finally {
  await mongo.close();
  client.disconnect();
  await server.stop();
  await processes.stop();
}
