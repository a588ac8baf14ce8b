import type { Problem } from '../support/api-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { TestApp, TEST_SECRET } from '../support/test-app.js';
import { until } from '../support/until.js';
import { Audit } from '../../src/platform/audit/audit.service.js';
import { ProjectContext } from '../../src/platform/tenancy/project-context.service.js';

const TRAIL = '/service/operations/v1/audit';
const AUTH = '/service/auth/v1';

interface Entry {
  _id: string;
  seq: number;
  hash: string;
  what: string;
  at: string;
  result: string;
  [member: string]: unknown;
}
interface Page {
  project: string;
  entries: Entry[];
  next: number | null;
}

describe('the audit trail', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const page = async (query: Record<string, unknown> = {}) => (await app.client.get<Page>(TRAIL, query)).body;
  const record = (what: string, entry: Parameters<Audit['record']>[1] = {}) =>
    app.nest.get(Audit, { strict: false }).record(what, entry);

  it('has who, what, on what, from where, by which request, and what became of it', async () => {
    const ada = { _key: 'ada@example.com', _password: 'correct horse' };
    await app.client.post(`${AUTH}/signup`, ada);
    const client = app.client.with({ 'user-agent': 'probe/1', 'x-request-id': 'sign-in-1' });
    await client.post(`${AUTH}/signin`, ada);
    await client.post(`${AUTH}/signin`, { ...ada, _password: 'wrong' });
    const { entries } = await page({ what: 'user.sign*', from: new Date(Date.now() - 60_000).toISOString() });
    expect(entries).toEqual([
      expect.objectContaining({
        what: 'user.sign_in_failed',
        result: 'refused',
        code: 'credentials_invalid',
        key: ada._key,
        ip: '127.0.0.1',
        device: 'probe/1',
        request: 'sign-in-1',
        api_key: 'root',
      }),
      expect.objectContaining({
        what: 'user.signed_in',
        result: 'ok',
        on: { type: 'user', id: entries[1].user },
        request: 'sign-in-1',
      }),
    ]);
  });

  it('is found by what, who, on what, whom, result and time, page by page', async () => {
    const key = { id: 'k1', type: 'secret' } as const;
    for (let n = 1; n <= 5; n += 1)
      await record('thing.changed', {
        caller: { key, address: '192.0.2.9' },
        on: { type: 'thing', id: `t:${n}` },
        user: { id: 'u7' },
        result: n === 3 ? 'failed' : 'ok',
      });
    const seqs = async (query: Record<string, unknown>) => (await page(query)).entries.map(({ on }) => on);
    const thing = (n: number) => ({ type: 'thing', id: `t:${n}` });
    expect(await seqs({ who: 'k1' })).toEqual([5, 4, 3, 2, 1].map(thing));
    expect(await seqs({ on: 'thing:t:2' })).toEqual([thing(2)]);
    expect(await seqs({ on: 'thing', result: 'failed' })).toEqual([thing(3)]);
    expect(await seqs({ user: 'u7', what: 'thing.*' })).toHaveLength(5);
    expect(await seqs({ user: 'u7', from: '2100-01-01T00:00:00Z' })).toEqual([]);
    expect(await seqs({ user: 'u7', to: '2000-01-01T00:00:00Z' })).toEqual([]);
    const first = await page({ who: 'k1', limit: 3 });
    expect(first.entries.map(({ on }) => on)).toEqual([5, 4, 3].map(thing));
    const second = await page({ who: 'k1', limit: 3, below: first.next });
    expect(second.entries.map(({ on }) => on)).toEqual([2, 1].map(thing));
    expect(second.next).toBeNull();
  });

  it.each([
    [{ result: 'good' }],
    [{ project: '../default' }],
    [{ limit: 1001 }],
    [{ below: 0 }],
    [{ from: 'yesterday' }],
    [{ what: 'x'.repeat(101) }],
    [{ 'what[$gt]': 'a' }],
    [{ before: '2026-01-01T00:00:00Z' }],
  ])('refuses %j', async (query) => {
    expect((await app.client.get<Problem>(TRAIL, query)).body).toMatchObject({ code: 'validation_failed' });
  });

  it('is one for each project, which the installation can read also when it is closed', async () => {
    const { body } = await app.client.post<{ id: string }>('/service/project/v1', { name: 'shop' });
    const context = app.nest.get(ProjectContext, { strict: false });
    await context.run(body.id, () => record('thing.sold'));
    const inside = await app.client.with({ 'x-project': body.id }).get<Page>(TRAIL);
    expect(inside.body).toMatchObject({ project: body.id, entries: [{ seq: 1, what: 'thing.sold' }] });
    await app.client.patch(`/service/project/v1/${body.id}`, { frozen: true });
    expect((await page({ project: body.id })).entries).toHaveLength(1);
    expect((await page({ what: 'audit.opened' })).entries).toMatchObject([
      { on: { type: 'project', id: body.id } },
    ]);
    expect((await app.client.get(TRAIL, { project: 'f'.repeat(24) })).status).toBe(404);
  });

  it('keeps digests of things instead of the things', async () => {
    await record('thing.renamed', { before: { name: 'hidden-1' }, after: { name: 'hidden-2' } });
    await record('thing.renamed', { before: { name: 'hidden-2' }, after: { name: 'hidden-1' } });
    const { entries } = await page({ what: 'thing.renamed' });
    expect(entries[0].before).toBe(entries[1].after);
    expect(entries[0].after).toBe(entries[1].before);
    expect(entries[0].after).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(await app.db.collection('_AUDIT').find().toArray())).not.toContain('hidden');
  });

  it('has no gap and no fork, whoever adds at once', async () => {
    const other = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
    try {
      const audits = [app, other].map(({ nest }) => nest.get(Audit, { strict: false }));
      await Promise.all(
        Array.from({ length: 300 }, (_, n) => audits[n % 2].record('race.run', { detail: { n } })),
      );
    } finally {
      await other.nest.close();
    }
    const all = await app.db
      .collection<{ _id: string } & Omit<Entry, '_id'>>('_AUDIT')
      .find()
      .sort({ seq: 1 })
      .toArray();
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, at) => at + 1));
    expect(all.slice(1).map(({ previous }) => previous)).toEqual(all.slice(0, -1).map(({ hash }) => hash));
    const raced = all
      .filter(({ what }) => what === 'race.run')
      .map(({ detail }) => (detail as { n: number }).n);
    expect(new Set(raced).size).toBe(300);
    expect(raced).toHaveLength(300);
  });
});

describe('the audit trail while the database is away', () => {
  it('waits on the disk, harms no request, and is added when the database is back', async () => {
    const proxy = await DatabaseProxy.start();
    const app = await TestApp.start({ env: { MONGODB_URI: proxy.uri } });
    try {
      const audit = app.nest.get(Audit, { strict: false });
      await audit.record('before.outage');
      proxy.cut();
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => audit.record('during.outage', { detail: { n } })),
      );
      const metrics = await (await app.anonymous.fetch('/metrics')).text();
      expect(metrics).toMatch(/coglex_audit_entries_total\{outcome="waiting"\} 20/);
      proxy.restore();
      const trail = app.db.collection('_AUDIT');
      await until(async () => (await trail.countDocuments({ what: 'during.outage' })) === 20);
      const { body } = await app.client.get<Page>(TRAIL, { limit: 100 });
      expect(body.entries.map(({ seq }) => seq)).toEqual(
        body.entries.map((_, at) => body.entries.length - at),
      );
    } finally {
      await app.stop();
      await proxy.stop();
    }
  }, 60_000);
});

describe('the audit trail while the database is silent', () => {
  it('waits on the disk as well, and adds each entry once', async () => {
    const proxy = await DatabaseProxy.start();
    const app = await TestApp.start({ env: { MONGODB_URI: proxy.uri } });
    try {
      const audit = app.nest.get(Audit, { strict: false });
      await audit.record('before.silence');
      proxy.stall();
      await audit.record('during.silence');
      proxy.restore();
      const trail = app.db.collection<{ seq: number; what: string }>('_AUDIT');
      const hasCome = (what: string) => until(async () => (await trail.countDocuments({ what })) > 0);
      await hasCome('during.silence');
      await audit.record('after.silence');
      await hasCome('after.silence');
      const entries = await trail.find().sort({ seq: 1 }).toArray();
      expect(entries.map(({ what }) => what)).toEqual(['before.silence', 'during.silence', 'after.silence']);
    } finally {
      await app.stop();
      await proxy.stop();
    }
  }, 60_000);
});

describe('who may read the audit trail', () => {
  it('is the root key alone', async () => {
    const app = await TestApp.start();
    try {
      for (const type of ['secret', 'publishable']) {
        const { body } = await app.client.post<{ key: string }>('/service/key/v1', { name: 'k', type });
        const answer = await app.anonymous.with({ 'x-api-key': body.key }).get<Problem>(TRAIL);
        expect([answer.status, answer.body.code]).toEqual([403, 'key_not_allowed']);
      }
      expect((await app.anonymous.get(TRAIL)).status).toBe(401);
      expect((await app.anonymous.with({ 'x-api-key': TEST_SECRET }).get(TRAIL)).status).toBe(200);
    } finally {
      await app.stop();
    }
  });
});
