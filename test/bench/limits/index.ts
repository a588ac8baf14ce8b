import { Redis } from 'ioredis';
import type { Charge } from '../../../src/platform/limits/charge.js';
import { built } from '../built.ts';
import { BENCH_SECRET, Processes } from '../processes.ts';
import { startRedis } from '../redis-process.ts';

// What a decision about limits costs: in memory beside a bare counter in a Map, and over Redis beside a bare INCR. The
// subjects change, as callers do; windows have room, so that everything is counted.

type Bootstrap = typeof import('../../../src/bootstrap.js');
type LoadConfig = typeof import('../../../src/platform/config/load-config.js');
type Memory = typeof import('../../../src/platform/limits/memory-windows.js');
type Limiter = typeof import('../../../src/platform/limits/rate-limiter.service.js');
type Shared = typeof import('../../../src/platform/limits/shared-windows.service.js');

const { createApp } = await built<Bootstrap>('bootstrap.js');
const { loadConfig } = await built<LoadConfig>('platform/config/load-config.js');
const { MemoryWindows } = await built<Memory>('platform/limits/memory-windows.js');
const { RateLimiter } = await built<Limiter>('platform/limits/rate-limiter.service.js');
const { SharedWindows } = await built<Shared>('platform/limits/shared-windows.service.js');

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);
const SUBJECTS = 10_000;
const AT_ONCE = 64;

const subjects = Array.from(
  { length: SUBJECTS },
  (_, at) => `203.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
);
const rule = { count: 1_000_000, ms: 60_000 };
const names = ['ip', 'user', 'key'];
const chargesOf = (at: number, windows: number): Charge[] =>
  names.slice(0, windows).map((limit) => ({ limit, subject: subjects[at % SUBJECTS], rule, take: true }));

const print = (name: string, figure: string) =>
  process.stdout.write(`${name.padEnd(44)}${figure.padStart(12)}\n`);

/** The round in the middle, in operations a second. */
async function measure(round: () => Promise<number>): Promise<string> {
  const rounds: number[] = [];
  await round();
  for (let at = 0; at < ROUNDS; at += 1) rounds.push(await round());
  return rounds.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)].toFixed(0);
}

const inTurn = (step: (at: number) => unknown) => async () => {
  const started = performance.now();
  let at = 0;
  while (performance.now() - started < SECONDS * 1000)
    for (const end = at + 1000; at < end; at += 1) step(at);
  return Promise.resolve((at * 1000) / (performance.now() - started));
};

const atOnce = (step: (at: number) => Promise<unknown>) => async () => {
  const started = performance.now();
  let at = 0;
  const work = async () => {
    while (performance.now() - started < SECONDS * 1000) await step((at += 1));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return (at * 1000) / (performance.now() - started);
};

const processes = new Processes();
const redis = await startRedis();
try {
  const { uri } = await processes.database();
  const env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    SERVER_SECRET: BENCH_SECRET,
    MONGODB_URI: uri,
    RATE_LIMIT_IP: '1000000/60',
  };
  const start = async (more: Record<string, string>) => {
    const app = await createApp({ config: loadConfig({ env: { ...env, ...more }, dotenv: null }) });
    await app.init();
    return app;
  };
  print('in memory', 'per second');
  const counters = new Map<string, number>();
  const count = (at: number) =>
    counters.set(subjects[at % SUBJECTS], (counters.get(subjects[at % SUBJECTS]) ?? 0) + 1);
  print('  floor: a counter in a Map', await measure(inTurn(count)));
  for (const windows of [1, 3]) {
    const memory = new MemoryWindows();
    print(`  windows: ${windows}`, await measure(inTurn((at) => memory.decide(chargesOf(at, windows)))));
  }
  const alone = await start({});
  const limiter = alone.get(RateLimiter);
  print(
    '  limiter: bans, one window, headers',
    await measure(inTurn((at) => limiter.admit({ address: subjects[at % SUBJECTS] }))),
  );
  await alone.close();

  if (redis) {
    print(`over Redis, ${AT_ONCE} at once`, 'per second');
    const bare = new Redis(redis.url);
    print('  floor: INCR', await measure(atOnce((at) => bare.incr(subjects[at % SUBJECTS]))));
    const together = await start({ REDIS_URL: redis.url });
    const shared = together.get(SharedWindows, { strict: false });
    for (const windows of [1, 3])
      print(
        `  windows: ${windows}`,
        await measure(
          atOnce(async (at) => {
            if (!(await shared.decide(chargesOf(at, windows)))) throw new Error('Redis is away');
          }),
        ),
      );
    const sharing = together.get(RateLimiter);
    print(
      '  limiter: bans, one window, headers',
      await measure(atOnce(async (at) => sharing.admit({ address: subjects[at % SUBJECTS] }))),
    );
    await together.close();
    bare.disconnect();
  }
} finally {
  await redis?.stop();
  await processes.stop();
}
