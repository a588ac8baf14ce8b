import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Caller } from '../../../src/platform/security/caller.ts';

// What the decision about rows costs a request, in the built server with its embedded engine: the rules are looked up,
// filled in for the caller, and looked for again in the database once in a second.

const DIST = join(import.meta.dirname, '../../../dist');
const load = async <T>(path: string) => (await import(join(DIST, path))) as T;

const { createApp } = await load<typeof import('../../../src/bootstrap.ts')>('bootstrap.js');
const { loadConfig } = await load<typeof import('../../../src/platform/config/load-config.ts')>(
  'platform/config/load-config.js',
);
const { RowRules } = await load<typeof import('../../../src/platform/security/rules/row-rules.service.ts')>(
  'platform/security/rules/row-rules.service.js',
);
const { GovernedPipelines } = await load<
  typeof import('../../../src/platform/security/rules/governed-pipelines.service.ts')
>('platform/security/rules/governed-pipelines.service.js');
const { Database } = await load<typeof import('../../../src/platform/database/database.service.ts')>(
  'platform/database/database.service.js',
);

const ROUNDS = 5;
const DECISIONS = 20_000;

const RULES = {
  open: {},
  owner: { owner: '$user._id' },
  wide: {
    $or: [
      { owner: '$user._id' },
      { members: { $elemMatch: { $eq: '$user._key' } } },
      { $and: [{ team: { $in: '$user.teams' } }, { level: { $lte: '$user.level' } }] },
      { from: { $lte: '$now' }, until: { $gt: '$now' }, public: true },
    ],
    $nor: [{ blocked: '$user._id' }, { blocked: '$request.ip' }],
  },
};

const directory = await mkdtemp(join(tmpdir(), 'coglex-bench-'));
const env = { NODE_ENV: 'test', LOG_LEVEL: 'silent', DATA_DIR: directory, SERVER_SECRET: 'bench'.repeat(8) };
const app = await createApp({ config: loadConfig({ env, dotenv: null }) });
try {
  await app.init();
  const database = app.get(Database, { strict: false });
  for (const [name, rule] of Object.entries(RULES))
    await database.collection(`_SCHEMAS`).insertOne({
      _id: name,
      version: '1',
      pending: false,
      declaration: JSON.stringify({ rules: { list: rule, aggregate: rule }, hidden: ['score'] }),
    });
  await database.collection('_USERS').insertOne({ _id: 'u', _key: 'ada', teams: ['a', 'b'], level: 3 });
  // What was looked up at the start is known to be old after a second.
  await setTimeout(1100);
  const rules = app.get(RowRules, { strict: false });
  const pipelines = app.get(GovernedPipelines, { strict: false });
  const caller: Caller = {
    key: { id: 'bench', type: 'publishable' },
    user: { id: 'u', key: 'ada', collection: '_USERS', project: 'default' },
    address: '192.0.2.1',
  };
  const document = { _id: 'd', owner: 'u', members: ['ada'], team: 'a', level: 2, text: 'x'.repeat(200) };
  const joined = { from: 'owner', localField: 'a', foreignField: 'b', as: 'c' };
  const cases: [string, () => Promise<unknown>][] = [
    ['a rule that opens all', () => rules.reach(caller, 'open', 'list')],
    ['a rule of one owner', () => rules.reach(caller, 'owner', 'list')],
    ['a rule of ten conditions', () => rules.reach(caller, 'wide', 'list')],
    [
      'the same, and a document checked in memory',
      async () => {
        const reach = await rules.reach(caller, 'wide', 'list');
        if (reach.kind !== 'some' || !reach.admits(document)) throw new Error('The document is refused');
      },
    ],
    ['a pipeline with a join', () => pipelines.govern(caller, 'owner', [{ $lookup: joined }, { $limit: 1 }])],
  ];
  for (const [name, decide] of cases) {
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const started = performance.now();
      for (let n = 0; n < DECISIONS; n += 1) await decide();
      if (round > 0) times.push(((performance.now() - started) / DECISIONS) * 1000);
    }
    const middle = times.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)];
    process.stdout.write(`${name.padEnd(45)}${middle.toFixed(2).padStart(8)} µs a decision\n`);
  }
} finally {
  await app.close();
  await rm(directory, { recursive: true, force: true });
}
