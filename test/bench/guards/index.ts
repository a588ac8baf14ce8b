import { BENCH_SECRET, Processes } from '../processes.ts';
import { post } from '../post.ts';
import { CASES } from '../http/cases.ts';
import { load, median, type Load } from '../http/load.ts';
import { seed } from '../http/seed.ts';
import { guardsOf, type Caller } from './guards.ts';

// What it costs a request that all limits and guards look at it, beside the time that the floor takes for a whole request:
// a bare handler that compares one secret and makes the driver call.

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = 20;

const print = (...cells: (string | number)[]) =>
  process.stdout.write(
    `${cells.map((cell, at) => (at === 0 ? String(cell).padEnd(44) : String(cell).padStart(12))).join('')}\n`,
  );

const processes = new Processes();
try {
  const { uri } = await processes.database();
  const servers = { floor: await processes.floor(uri), coglex: await processes.coglex(uri) };
  const data = await seed(uri, servers.coglex.url);
  const [getById] = CASES;
  const rounds: Load[] = [];
  await load(servers.floor.url, getById, data, CONNECTIONS, 2);
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push(await load(servers.floor.url, getById, data, CONNECTIONS, SECONDS));
  const floorUs = 1_000_000 / median(rounds).perSecond;
  print('floor: one request (get by id)', `${floorUs.toFixed(1)} µs`);

  const secret = await post(servers.coglex.url, 'key/v1', { name: 'Bench', type: 'secret' });
  const page = await post(servers.coglex.url, 'key/v1', { name: 'Bench', type: 'publishable' });
  const { token } = await post(servers.coglex.url, 'auth/v1/signin', data.user);
  const callers: Caller[] = [
    { name: 'root key', key: BENCH_SECRET },
    { name: 'secret key', key: secret.key },
    { name: 'publishable key', key: page.key },
    { name: 'publishable key and user', key: page.key, token },
  ];
  // Large enough that all of one address is admitted; the first counts what the defaults count: pages, not servers.
  const many = '1000000000/60';
  const settings: { name: string; env: Record<string, string>; callers: Caller[] }[] = [
    { name: 'defaults: servers are not counted', env: {}, callers: callers.slice(0, 2) },
    { name: 'limits of address and user', env: { RATE_LIMIT_IP: many, RATE_LIMIT_USER: many }, callers },
    {
      name: 'limits of address, user, key and service',
      env: { RATE_LIMIT_IP: many, RATE_LIMIT_USER: many, RATE_LIMIT_KEY: many, RATE_LIMIT_STORAGE: many },
      callers,
    },
  ];
  for (const { name, env, callers: those } of settings) {
    print(`\n${name}`, 'guards', 'of floor');
    const guards = await guardsOf(uri, env);
    for (const caller of those) {
      const us = await guards.measure(caller);
      print(`  ${caller.name}`, `${us.toFixed(1)} µs`, `${((us / floorUs) * 100).toFixed(1)} %`);
    }
    await guards.close();
  }
} finally {
  await processes.stop();
}
