import { performance } from 'node:perf_hooks';
import { hash, verify } from '@node-rs/bcrypt';
import { MongoClient } from 'mongodb';
import { BENCH_SECRET, Processes } from '../processes.ts';

// Accounts beside the least that they could cost: a sign-in beside bcrypt alone at the same cost, a refresh beside the
// same two calls to the database, and the check of a token in the process.

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const USER = { _key: 'bench@example.com', _password: 'correct horse battery' };
const COST = 12;

/** How often something is done in a second by so many at once. */
async function perSecond(
  atOnce: number,
  seconds: number,
  work: (worker: number) => Promise<unknown>,
): Promise<number> {
  let done = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    Array.from({ length: atOnce }, async (_, worker) => {
      while (performance.now() < end) {
        await work(worker);
        done += 1;
      }
    }),
  );
  return done / ((performance.now() - started) / 1000);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Rounds of both sides in turn, so that a slow moment of the machine hits both. */
async function beside(name: string, floor: () => Promise<number>, own: () => Promise<number>): Promise<void> {
  const results = { floor: [] as number[], own: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    results.floor.push(await floor());
    results.own.push(await own());
  }
  const [least, got] = [median(results.floor), median(results.own)];
  process.stdout.write(
    `${name.padEnd(12)} floor ${least.toFixed(1)}/s  coglex ${got.toFixed(1)}/s  ratio ${(got / least).toFixed(2)}\n`,
  );
}

/** Checks of one token in this process, by the built code. */
async function tokenChecks(): Promise<number> {
  const at = (path: string) => import(`../../../dist/platform/${path}`) as Promise<Record<string, never>>;
  const { JwtService } = await import('@nestjs/jwt');
  const { loadConfig } = await at('config/load-config.js');
  const { SigningKeys } = await at('security/signing-keys.service.js');
  const { Revocations } = await at('security/revocations.service.js');
  const { UserTokens } = await at('security/user-tokens.service.js');
  const make = <T>(type: never, ...parts: unknown[]) => new (type as new (...all: unknown[]) => T)(...parts);
  const config = (loadConfig as (options: object) => unknown)({
    env: { SERVER_SECRET: BENCH_SECRET },
    dotenv: null,
  });
  const revocations = make<{ attach(feed: () => Promise<[]>): void }>(Revocations);
  revocations.attach(() => Promise.resolve([]));
  const tokens = make<{
    issue(user: object): Promise<string>;
    verify(token: string, of: string): Promise<object>;
  }>(UserTokens, new JwtService({}), make(SigningKeys, config), revocations, config);
  const user = { id: 'a', key: 'a', collection: '_USERS', project: 'default', session: 's', generation: 0 };
  const issued = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => tokens.issue({ ...user, id: `u${index}` })),
  );
  let next = 0;
  return perSecond(1, SECONDS, async () => {
    next = (next + 1) % issued.length;
    await tokens.verify(issued[next], '_USERS');
  });
}

const processes = new Processes();
try {
  const { uri } = await processes.database();
  const { url } = await processes.coglex(uri);
  const call = async <T>(path: string, body: object, server = url): Promise<T> => {
    const answer = await fetch(`${server}/service/auth/v1/${path}`, {
      method: 'POST',
      headers: { 'x-api-key': BENCH_SECRET, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  await call('signup', USER);

  const stored = await hash(USER._password, { cost: COST });
  await beside(
    'sign in',
    () => perSecond(4, SECONDS, () => verify(USER._password, stored)),
    () => perSecond(4, SECONDS, () => call('signin', USER)),
  );

  process.stdout.write(`${'token check'.padEnd(12)} ${(await tokenChecks()).toFixed(0)}/s in the process\n`);

  const WORKERS = 8;
  const mongo = await MongoClient.connect(uri);
  const sessions = mongo
    .db('coglex')
    .collection<{ _id: string; rotation: number; key: string }>('bench_sessions');
  for (let worker = 0; worker < WORKERS; worker += 1)
    await sessions.insertOne({ _id: `s${worker}`, rotation: 0, key: USER._key });
  await mongo.close();
  const floor = await processes.floor(uri);
  const refreshTokens = await Promise.all(
    Array.from(
      { length: WORKERS },
      async () => (await call<{ refresh_token: string }>('signin', USER)).refresh_token,
    ),
  );
  await beside(
    'refresh',
    () =>
      perSecond(WORKERS, SECONDS, async (worker) => {
        await call('token', { id: `s${worker}` }, floor.url);
      }),
    () =>
      perSecond(WORKERS, SECONDS, async (worker) => {
        const answer = await call<{ refresh_token: string }>('token', {
          refresh_token: refreshTokens[worker],
        });
        refreshTokens[worker] = answer.refresh_token;
      }),
  );
} finally {
  await processes.stop();
}
