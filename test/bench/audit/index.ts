import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { built } from '../built.ts';
import { BENCH_SECRET, Processes } from '../processes.ts';

// Entries of the audit trail per second, beside bare inserts of the same documents by the same driver: one after the other,
// and as many at once as a busy server has; and how fast a trail is verified.

type Bootstrap = typeof import('../../../src/bootstrap.js');
type LoadConfig = typeof import('../../../src/platform/config/load-config.js');
type AuditService = typeof import('../../../src/platform/audit/audit.service.js');
type Seal = typeof import('../../../src/platform/audit/chain/chain-seal.js');
type Verifier = typeof import('../../../src/platform/audit/verify/audit-verifier.js');

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);

const print = (...cells: (string | number)[]) =>
  process.stdout.write(
    `${cells.map((cell, at) => (at === 0 ? String(cell).padEnd(32) : String(cell).padStart(14))).join('')}\n`,
  );

/** How often something can be done in a second, by so many at once; the median of some rounds after one that warms up. */
async function perSecond(atOnce: number, work: () => Promise<unknown>): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    let count = 0;
    const started = performance.now();
    const until = started + SECONDS * 1000;
    const one = async () => {
      for (; performance.now() < until; count += 1) await work();
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    if (round > 0) rounds.push((count / (performance.now() - started)) * 1000);
  }
  return rounds.sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
}

const processes = new Processes();
const directory = await mkdtemp(join(tmpdir(), 'coglex-bench-'));
try {
  const { uri } = await processes.database();
  const { createApp } = await built<Bootstrap>('bootstrap.js');
  const { loadConfig } = await built<LoadConfig>('platform/config/load-config.js');
  const { Audit } = await built<AuditService>('platform/audit/audit.service.js');
  const { ChainSeal } = await built<Seal>('platform/audit/chain/chain-seal.js');
  const { AuditVerifier } = await built<Verifier>('platform/audit/verify/audit-verifier.js');
  const env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    SERVER_SECRET: BENCH_SECRET,
    MONGODB_URI: uri,
    MONGODB_DATABASE: 'bench_audit',
    DATA_DIR: directory,
  };
  const config = loadConfig({ env, dotenv: null });
  const app = await createApp({ config });
  await app.init();
  const client = await MongoClient.connect(uri);
  try {
    const audit = app.get(Audit);
    const bare = client.db('bench_audit_bare').collection<{ _id?: string }>('_AUDIT');
    await bare.createIndexes([
      { key: { seq: 1 } },
      { key: { user: 1, at: -1 } },
      { key: { what: 1, at: -1 } },
      { key: { at: -1 } },
    ]);
    let made = 0;
    const entry = () => ({
      user: { id: `user${(made += 1) % 1000}`, key: 'ada@example.com', collection: '_USERS' },
      caller: {
        key: { id: 'root', type: 'root' as const },
        address: '192.0.2.1',
        device: 'Mozilla/5.0 (X11; Linux x86_64)',
      },
      detail: { method: 'password' },
    });
    await audit.record('bench.begun');
    const [sample] = await client.db('bench_audit').collection('_AUDIT').find().toArray();
    const insert = () => {
      const { user, caller, detail } = entry();
      const { _id: _, ...rest } = sample;
      return bare.insertOne({
        ...rest,
        seq: made,
        user: user.id,
        key: user.key,
        ip: caller.address,
        device: caller.device,
        detail,
      } as never);
    };
    print('entries per second', 'bare insert', 'audit trail', 'ratio');
    for (const atOnce of [1, 20, 200]) {
      const floor = await perSecond(atOnce, insert);
      const own = await perSecond(atOnce, () => audit.record('bench.done', entry()));
      print(`${atOnce} at once`, floor.toFixed(0), own.toFixed(0), (own / floor).toFixed(2));
    }
    const verifier = new AuditVerifier(() => client.db('bench_audit'), new ChainSeal([BENCH_SECRET]));
    const started = performance.now();
    const report = await verifier.verifyOne('default');
    const seconds = (performance.now() - started) / 1000;
    if (report.broken) throw new Error(`broken at ${report.broken.seq}: ${report.broken.reason}`);
    print('\nverified', `${report.entries} entries`, `${(report.entries / seconds).toFixed(0)} /s`);
  } finally {
    await client.close();
    await app.close();
  }
} finally {
  await processes.stop();
  await rm(directory, { recursive: true, force: true });
}
