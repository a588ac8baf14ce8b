import { Processes } from '../processes.ts';
import { CASES } from './cases.ts';
import { seed } from './seed.ts';
import { load, median, type Load } from './load.ts';

// Coglex beside the floor: a bare Fastify handler that makes the same driver call, against the same database, in the
// same run. Rounds alternate, so that a slow moment of the machine hits both; the median of the rounds counts.

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = 20;

const processes = new Processes();
try {
  const database = await processes.database();
  const { uri } = database;
  const servers = { floor: await processes.floor(uri), coglex: await processes.coglex(uri) };
  const data = await seed(uri, servers.coglex.url);
  const row = (...cells: (string | number)[]) =>
    process.stdout.write(
      `${cells.map((cell, at) => (at === 0 ? String(cell).padEnd(14) : String(cell).padStart(10))).join('')}\n`,
    );
  row('', 'floor/s', 'coglex/s', 'ratio', 'p50 ms', 'p99 ms', 'floor p50', 'floor p99');
  for (const benchCase of CASES) {
    const results: Record<'floor' | 'coglex', Load[]> = { floor: [], coglex: [] };
    for (const side of ['floor', 'coglex'] as const)
      await load(servers[side].url, benchCase, data, CONNECTIONS, 2);
    for (let round = 0; round < ROUNDS; round += 1)
      for (const side of ['floor', 'coglex'] as const)
        results[side].push(await load(servers[side].url, benchCase, data, CONNECTIONS, SECONDS));
    const floor = median(results.floor);
    const coglex = median(results.coglex);
    const ratio = (coglex.perSecond / floor.perSecond).toFixed(2);
    row(
      benchCase.name,
      floor.perSecond.toFixed(0),
      coglex.perSecond.toFixed(0),
      ratio,
      coglex.p50,
      coglex.p99,
      floor.p50,
      floor.p99,
    );
  }
  row('RSS MB', servers.floor.rss(), servers.coglex.rss());
  process.stdout.write(`database RSS ${database.rss()} MB\n`);
} finally {
  await processes.stop();
}
