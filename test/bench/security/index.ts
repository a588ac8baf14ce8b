import { BENCH_SECRET, Processes } from '../processes.ts';
import { post } from '../post.ts';
import type { BenchCase } from '../http/cases.ts';
import { load, median, type Load } from '../http/load.ts';
import { seed } from '../http/seed.ts';
import { measureSteps } from './steps.ts';

// What it costs a request that its key is looked at: the same document by its id, with different keys, beside the floor
// that compares one secret; and the single steps of the guard.

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = 20;

/** Nine that do not fit the benchmark's collection, and one that does. */
const SCOPES = [...Array.from({ length: 9 }, (_, at) => `storage:other${at}:read`), 'storage:bench:read'];

const print = (...cells: (string | number)[]) =>
  process.stdout.write(
    `${cells.map((cell, at) => (at === 0 ? String(cell).padEnd(32) : String(cell).padStart(10))).join('')}\n`,
  );

const processes = new Processes();
try {
  const { uri } = await processes.database();
  const servers = { floor: await processes.floor(uri), coglex: await processes.coglex(uri) };
  const data = await seed(uri, servers.coglex.url);
  const project = await post(servers.coglex.url, 'project/v1', { name: 'Bench' });
  const key = (body: object) =>
    post(servers.coglex.url, 'key/v1', { name: 'Bench', type: 'secret', ...body });
  const keys = {
    all: (await key({})).key,
    scoped: (await key({ scopes: SCOPES })).key,
    project: (await key({ project: project.id })).key,
  };

  print('one step of the guard', 'µs');
  for (const { name, us } of await measureSteps(uri, keys)) print(name, us.toFixed(2));

  const any = () => data.ids[Math.floor(Math.random() * data.ids.length)];
  const sides = [
    { name: 'floor', url: servers.floor.url, key: BENCH_SECRET },
    { name: 'root key', url: servers.coglex.url, key: BENCH_SECRET },
    { name: 'key for everything', url: servers.coglex.url, key: keys.all },
    { name: 'key with 10 scopes', url: servers.coglex.url, key: keys.scoped },
  ].map((side) => ({ ...side, results: [] as Load[] }));
  const benchCase = (name: string, apiKey: string): BenchCase => ({
    name,
    request: () => ({
      method: 'GET',
      path: `/service/storage/v1/bench/${any()}`,
      headers: { 'x-api-key': apiKey },
    }),
  });
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const side of sides) {
      const result = await load(
        side.url,
        benchCase(side.name, side.key),
        data,
        CONNECTIONS,
        round ? SECONDS : 2,
      );
      if (round > 0) side.results.push(result);
    }
  print('\nget by id', 'per second', 'p50 ms', 'p99 ms');
  for (const { name, results } of sides) {
    const { perSecond, p50, p99 } = median(results);
    print(name, perSecond.toFixed(0), p50, p99);
  }
} finally {
  await processes.stop();
}
