import type { Collection } from 'mongodb';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Audit } from '../../src/platform/audit/audit.service.js';
import { readWitness, WITNESS_FILE } from '../../src/platform/audit/audit-witness.service.js';
import { BEGINNING, ChainSeal } from '../../src/platform/audit/chain/chain-seal.js';
import type { StoredHeads } from '../../src/platform/audit/chain/chain-store.service.js';
import { AuditVerifier } from '../../src/platform/audit/verify/audit-verifier.js';
import type { ChainReport } from '../../src/platform/audit/verify/verify-chain.js';
import type { StoredEntry } from '../../src/platform/audit/audit-entry.js';
import { newEntry } from '../../src/platform/audit/new-entry.js';
import { RETENTION_JOB } from '../../src/platform/audit/audit-retention.service.js';
import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import { ProjectContext } from '../../src/platform/tenancy/project-context.service.js';
import { runAudit } from '../support/audit-command.js';
import { ServerProcess } from '../support/server-process.js';
import { TestApp, TEST_SECRET, testDatabaseUri } from '../support/test-app.js';
import { until } from '../support/until.js';

const ENTRIES = 12;

type Stored = StoredEntry & Record<string, unknown>;

/** Settings by which a command finds the database of an application. */
const environment = (app: TestApp) => ({
  MONGODB_URI: testDatabaseUri(),
  MONGODB_DATABASE: app.databaseName,
  SERVER_SECRET: TEST_SECRET,
  DATA_DIR: app.directory,
});

describe('npm run audit', () => {
  let app: TestApp;
  let whole: Stored[];
  let heads: StoredHeads[];
  let trail: Collection<Stored>;
  let headsOf: Collection<StoredHeads>;

  beforeAll(async () => {
    app = await TestApp.start();
    const audit = app.nest.get(Audit, { strict: false });
    for (let n = 1; n <= ENTRIES; n += 1)
      await audit.record('thing.changed', { user: { id: `user-${n}` }, detail: { n } });
    trail = app.db.collection<Stored>('_AUDIT');
    headsOf = app.db.collection<StoredHeads>('_AUDIT_HEADS');
    whole = await trail.find().toArray();
    heads = await headsOf.find().toArray();
  });
  afterEach(async () => {
    await Promise.all([trail.deleteMany({}), headsOf.deleteMany({})]);
    await trail.insertMany(whole);
    await headsOf.insertMany(heads);
  });
  afterAll(() => app.stop());

  const verify = (...args: string[]) => runAudit(environment(app), 'verify', ...args);
  const signedBy = (secret: string) => {
    const seal = new ChainSeal([secret]);
    const entries = seal.chain(
      'default',
      BEGINNING,
      Array.from({ length: ENTRIES }, () => newEntry('thing.forged', {})),
    );
    return { entries, head: seal.sign('head', 'default', entries[ENTRIES - 1]) };
  };
  const replaceAll = async (entries: object[]) => {
    await trail.deleteMany({});
    await trail.insertMany(entries as Stored[]);
  };

  it('finds a trail whole, of which a person was forgotten', async () => {
    expect(await verify()).toEqual({
      code: 0,
      stdout: `default: ${ENTRIES} entries verified, up to sequence ${ENTRIES}\nThe audit trail is whole\n`,
      stderr: '',
    });
    await app.nest.get(Audit, { strict: false }).forget({ id: 'user-3' });
    const { code, stdout } = await verify('--project', 'default');
    expect(stdout).toContain(`${ENTRIES + 1} entries verified, 1 without the person`);
    expect(code).toBe(0);
    expect(JSON.stringify(await trail.findOne({ seq: 3 }))).not.toContain('user-3');
    // From here on these are the trail.
    whole = await trail.find().toArray();
    heads = await headsOf.find().toArray();
  });

  it.each<[string, number, () => Promise<unknown>]>([
    ['an entry is changed', 5, () => trail.updateOne({ seq: 5 }, { $set: { what: 'thing.kept' } })],
    [
      'a person is put in the place of another',
      5,
      () => trail.updateOne({ seq: 5 }, { $set: { user: 'u9' } }),
    ],
    [
      'a person is taken out by somebody else',
      5,
      () => trail.updateOne({ seq: 5 }, { $unset: { user: '', salt: '' } }),
    ],
    ['a member is added', 5, () => trail.updateOne({ seq: 5 }, { $set: { note: 'x' } })],
    [
      'two entries change places',
      4,
      async () => {
        await trail.updateOne({ seq: 4 }, { $set: { seq: 1000 } });
        await trail.updateOne({ seq: 5 }, { $set: { seq: 4 } });
        await trail.updateOne({ seq: 1000 }, { $set: { seq: 5 } });
      },
    ],
    ['one in the middle is deleted', 6, () => trail.deleteOne({ seq: 6 })],
    [
      'one in the middle is deleted, and the gap closed',
      6,
      async () => {
        await trail.deleteOne({ seq: 6 });
        for (let seq = 7; seq <= ENTRIES + 1; seq += 1)
          await trail.updateOne({ seq }, { $set: { seq: seq - 1 } });
      },
    ],
    ['the tail is cut', 10, () => trail.deleteMany({ seq: { $gte: 10 } })],
    [
      'the tail is cut, and the head set back',
      9,
      async () => {
        await trail.deleteMany({ seq: { $gte: 10 } });
        const { hash } = whole[8];
        await headsOf.updateOne({}, { $set: { 'head.seq': 9, 'head.hash': hash } });
      },
    ],
    [
      'the tail is cut, and the head deleted',
      1,
      async () => {
        await trail.deleteMany({ seq: { $gte: 10 } });
        await headsOf.deleteMany({});
      },
    ],
    ['the beginning is cut', 1, () => trail.deleteMany({ seq: { $lt: 4 } })],
    [
      'the beginning is cut, and another one claimed',
      3,
      async () => {
        await trail.deleteMany({ seq: { $lt: 4 } });
        const { head } = signedBy('x'.repeat(32));
        await headsOf.updateOne({}, { $set: { start: { ...head, seq: 3, hash: whole[2].hash } } });
      },
    ],
    ['all is deleted', 1, () => trail.deleteMany({})],
    [
      'an entry is put beside the chain',
      0,
      () => trail.insertOne({ _id: 'x', what: 'thing.forged', at: new Date() } as Stored),
    ],
    ['the whole chain is replaced', 1, () => replaceAll(signedBy('x'.repeat(32)).entries)],
    [
      'the whole chain is replaced, and its head with it',
      ENTRIES,
      async () => {
        const { entries, head } = signedBy('x'.repeat(32));
        await replaceAll(entries);
        await headsOf.updateOne({}, { $set: { head } });
      },
    ],
    [
      'another key is said to be the right one',
      1,
      () =>
        replaceAll(
          signedBy('x'.repeat(32)).entries.map((one) => ({ ...one, signed_with: whole[0].signed_with })),
        ),
    ],
  ])('fails when %s', async (_name, seq, tamper) => {
    await tamper();
    const seal = new ChainSeal([TEST_SECRET]);
    // What the command does, in this process: a tenth of the time.
    const verifier = new AuditVerifier(() => app.db, seal, await readWitness(app.directory));
    const reports: ChainReport[] = [];
    for await (const report of verifier.verifyAll()) reports.push(report);
    expect(reports).toEqual([
      expect.objectContaining({ broken: expect.objectContaining({ seq }) as unknown }),
    ]);
  });

  it('says where it is broken first, and exits with 1', async () => {
    await trail.deleteMany({ seq: { $gte: 6 } });
    expect(await verify()).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^default: 5 entries verified.*, broken at sequence 6: the end is missing.*\nThe audit trail is broken\n$/,
      ) as string,
      stderr: '',
    });
  });

  it('exits with 1 when there is nothing to verify it with', async () => {
    const { code, stderr } = await runAudit(
      { DATA_DIR: app.directory, SERVER_SECRET: TEST_SECRET },
      'verify',
    );
    expect([code, stderr]).toEqual([1, `There is no data in ${app.directory}\n`]);
  });

  it('knows a trail that was begun with an earlier secret', async () => {
    const { entries, head } = signedBy('earlier-secret-earlier-secret-earlier');
    await replaceAll(entries);
    await headsOf.updateOne({}, { $set: { head } });
    const env = environment(app);
    await rename(join(app.directory, WITNESS_FILE), join(app.directory, 'kept'));
    expect((await runAudit(env, 'verify')).stdout).toContain('AUDIT_PREVIOUS_SECRETS');
    const known = { ...env, AUDIT_PREVIOUS_SECRETS: 'earlier-secret-earlier-secret-earlier' };
    expect(await runAudit(known, 'verify')).toMatchObject({ code: 0 });
    await rename(join(app.directory, 'kept'), join(app.directory, WITNESS_FILE));
  });

  it('is found out by the machine when an older state is put in its place, head and all', async () => {
    const audit = app.nest.get(Audit, { strict: false });
    await audit.record('thing.late');
    const now = heads[0].head.seq + 1;
    await until(async () => (await readWitness(app.directory)).default.seq === now);
    await Promise.all([trail.deleteMany({}), headsOf.deleteMany({})]);
    await trail.insertMany(whole);
    await headsOf.insertMany(heads);
    expect((await verify()).stdout).toContain(`this machine has seen ${now} entries`);
    await writeFile(join(app.directory, WITNESS_FILE), '{}');
    expect((await verify()).code).toBe(0);
  });

  it.each([[[]], [['check']], [['verify', 'all']], [['verify', '--project', '../x']], [['verify', '--fix']]])(
    'shows how it is used for %j',
    async (args) => {
      const { code, stderr } = await runAudit({ DATA_DIR: app.directory }, ...args);
      expect([code, stderr]).toEqual([2, 'Usage: npm run audit -- verify [--project <id>]\n']);
    },
  );
});

describe('the trail of a project', () => {
  it('is verified as well, and is missed when it is gone', async () => {
    const app = await TestApp.start();
    try {
      const { body } = await app.client.post<{ id: string }>('/service/project/v1', { name: 'shop' });
      const audit = app.nest.get(Audit, { strict: false });
      const within = <T>(work: () => T) => app.nest.get(ProjectContext, { strict: false }).run(body.id, work);
      await within(() => audit.record('thing.sold'));
      const env = environment(app);
      const good = await runAudit(env, 'verify');
      expect(good.stdout).toContain(`${body.id}: 1 entries verified`);
      expect(good.code).toBe(0);
      await app.database(body.id).collection('_AUDIT').drop();
      await app.db.collection<{ _id: string }>('_AUDIT_HEADS').deleteOne({ _id: body.id });
      for (const args of [[], ['--project', body.id]]) {
        const gone = await runAudit(env, 'verify', ...args);
        expect(gone.stdout).toMatch(new RegExp(`${body.id}: 0 entries verified, broken at sequence 1: `));
        expect(gone.code).toBe(1);
      }
    } finally {
      await app.stop();
    }
  });

  it('ends with its project, which is no break', async () => {
    const app = await TestApp.start();
    try {
      const { body } = await app.client.post<{ id: string }>('/service/project/v1', { name: 'shop' });
      const { id } = body;
      await app.client.with({ 'x-project': id }).post('/service/key/v1', { name: 'k', type: 'secret' });
      await app.client.delete(`/service/project/v1/${id}`, { confirm: 'shop' });
      await app.db
        .collection<{ _id: string }>('_PROJECTS')
        .updateOne({ _id: id }, { $set: { purge_at: new Date(0) } });
      app.nest.get(Jobs, { strict: false }).wake('project-purge');
      const trail = app.db.collection('_AUDIT');
      await until(
        async () => (await app.db.collection<{ _id: string }>('_PROJECTS').countDocuments({ _id: id })) === 0,
      );
      const closed = await trail.findOne({ what: 'audit.closed', 'on.id': id });
      expect(closed?.detail).toEqual({ entries: 1, hash: expect.stringMatching(/^[\w-]{43}$/) as string });
      const { code, stdout } = await runAudit(environment(app), 'verify');
      expect(stdout).toMatch(/^default: \d+ entries verified.*\nThe audit trail is whole\n$/);
      expect(code).toBe(0);
    } finally {
      await app.stop();
    }
  });

  it('loses what is too old at its beginning, and stays whole', async () => {
    const app = await TestApp.start({ env: { AUDIT_RETENTION: '1d' } });
    try {
      const audit = app.nest.get(Audit, { strict: false });
      const trail = app.db.collection<Stored>('_AUDIT');
      const seal = new ChainSeal([TEST_SECRET]);
      const old = Array.from({ length: 6 }, (_, n) => ({
        ...newEntry('thing.old', { detail: { n } }),
        at: new Date(Date.now() - (n < 4 ? 3 : 0) * 86_400_000),
      }));
      const entries = seal.chain('default', BEGINNING, old);
      await trail.insertMany(entries as Stored[]);
      await app.db
        .collection<StoredHeads>('_AUDIT_HEADS')
        .insertOne({ _id: 'default', head: seal.sign('head', 'default', entries[5]) });
      app.nest.get(Jobs, { strict: false }).wake(RETENTION_JOB);
      await until(async () => (await trail.countDocuments({ what: 'audit.pruned' })) === 1);
      await audit.record('thing.new');
      expect((await trail.find().sort({ seq: 1 }).toArray()).map(({ seq, what }) => [seq, what])).toEqual([
        [5, 'thing.old'],
        [6, 'thing.old'],
        [7, 'audit.pruned'],
        [8, 'thing.new'],
      ]);
      const env = environment(app);
      expect(await runAudit(env, 'verify')).toMatchObject({ code: 0 });
      await trail.deleteOne({ seq: 5 });
      expect((await runAudit(env, 'verify')).stdout).toContain(
        'broken at sequence 5: entries 5 to 5 are missing',
      );
    } finally {
      await app.stop();
    }
  });
});

describe('npm run audit on the embedded engine', () => {
  let server: ServerProcess;
  afterEach(() => server.stop());

  it('works beside the server and without it, and finds nothing lost by a signal', async () => {
    server = await ServerProcess.start();
    const env = { SERVER_SECRET: server.secret, DATA_DIR: server.dataDirectory };
    const ada = { _key: 'ada@example.com', _password: 'correct horse' };
    await server.client.post('/service/auth/v1/signup', ada);
    const wrong = () => server.client.post('/service/auth/v1/signin', { ...ada, _password: 'x' });
    const answers = await Promise.all([wrong(), wrong(), wrong()]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(await runAudit(env, 'verify')).toMatchObject({ code: 0 });
    expect((await server.end('SIGTERM')).code).toBe(0);
    const after = await runAudit(env, 'verify');
    expect(after.stdout).toMatch(/^default: [4-9]\d* entries verified/);
    expect(after.code).toBe(0);
  }, 60_000);
});
