import fc from 'fast-check';
import { Audit } from '../../src/platform/audit/audit.service.js';
import type { Problem } from '../support/api-client.js';
import { TestApp, TEST_SECRET } from '../support/test-app.js';

const TRAIL = '/service/operations/v1/audit';
const PASSWORDS = ['hidden-password-1', 'hidden-password-2', 'hidden-password-3'];

interface Page {
  entries: {
    what: string;
    on?: { type: string; id: string };
    before?: string;
    after?: string;
    api_key?: string;
  }[];
}

describe('attacks on the audit trail', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const stored = async () => JSON.stringify(await app.db.collection('_AUDIT').find().toArray());
  const entries = async (query: Record<string, unknown> = {}) =>
    (await app.client.get<Page>(TRAIL, { limit: 1000, ...query })).body.entries;

  it('holds whatever operators and users do, and none of their secrets (CVE-2023-28443)', async () => {
    const { client } = app;
    const secrets: string[] = [TEST_SECRET, ...PASSWORDS];
    const ok = async <T = Record<string, string>>(
      answer: Promise<{ status: number; body: unknown }>,
    ): Promise<T> => {
      const { status, body } = await answer;
      expect(status).toBeLessThan(300);
      return body as T;
    };
    const [_password] = PASSWORDS;
    const ada = { _key: 'ada@example.com', _password };
    await ok(client.post('/service/auth/v1/signup', ada));
    const session = await ok(client.post('/service/auth/v1/signin', ada));
    secrets.push(session.token, session.refresh_token);
    await client.post('/service/auth/v1/signin', { ...ada, _password: PASSWORDS[1] });
    const { users } = await ok<{ users: { _id: string }[] }>(client.get('/service/auth/v1/users'));
    const user = `/service/auth/v1/users/${users[0]._id}`;
    await ok(client.post(`${user}/freeze`));
    await ok(client.post(`${user}/unfreeze`));

    const key = await ok(
      client.post('/service/key/v1', { name: 'k', type: 'secret', scopes: ['storage:read'] }),
    );
    const rotated = await ok(client.post(`/service/key/v1/${key.id}/rotate`, {}));
    await ok(client.delete(`/service/key/v1/${key.id}`));
    secrets.push(key.key, rotated.key);

    const schema = (description: string) => ({ schema: { type: 'object', description } });
    await ok(client.send('PUT', '/service/schema/v1/notes', schema('hidden-1')));
    await ok(client.send('PUT', '/service/schema/v1/notes', { rules: { list: { a: 'hidden-2' } } }));
    await ok(client.delete('/service/schema/v1/notes'));

    const project = await ok(client.post('/service/project/v1', { name: 'shop' }));
    await ok(client.patch(`/service/project/v1/${project.id}`, { frozen: true }));
    await ok(client.delete(`/service/project/v1/${project.id}`, { confirm: 'shop' }));
    await ok(client.post(`/service/project/v1/${project.id}/restore`));

    const hook = { url: 'https://example.com/?token=hidden', types: ['*'] };
    const endpoint = await ok(client.post('/service/webhook/v1/endpoints', hook));
    await ok(client.patch(`/service/webhook/v1/endpoints/${endpoint._id}`, { description: 'hidden' }));
    const replaced = await ok(client.post(`/service/webhook/v1/endpoints/${endpoint._id}/secret`));
    await ok(client.delete(`/service/webhook/v1/endpoints/${endpoint._id}`));
    secrets.push(endpoint.secret, replaced.secret);

    await ok(client.send('PUT', '/service/execution/v1/secrets/API_TOKEN', { value: 'hidden-value' }));
    await ok(client.delete('/service/execution/v1/secrets/API_TOKEN'));
    const code = 'return "hidden"';
    await ok(client.send('PUT', '/service/execution/v1/functions/hello', { language: 'javascript', code }));
    await ok(client.delete('/service/execution/v1/functions/hello'));
    await ok(client.post('/service/operations/v1/jobs/archive-sweep/run'));

    const found = await entries();
    expect(new Set(found.map(({ what }) => what))).toEqual(
      new Set([
        ...['user.created', 'user.signed_in', 'user.sign_in_failed', 'user.frozen', 'user.unfrozen'],
        ...['key.created', 'key.rotated', 'key.revoked', 'schema.changed', 'schema.removed'],
        ...['project.created', 'project.updated', 'project.deletion_begun', 'project.restored'],
        ...['webhook_endpoint.created', 'webhook_endpoint.updated', 'webhook_endpoint.secret_rotated'],
        ...['webhook_endpoint.deleted', 'function_secret.stored', 'function_secret.deleted'],
        ...['function.stored', 'function.deleted', 'job.triggered'],
      ]),
    );
    for (const entry of found)
      expect(entry).toMatchObject({ api_key: 'root', ip: '127.0.0.1', request: /./ as never });
    const text = await stored();
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).not.toContain('hidden');
    const [removed, changed, declared] = await entries({ on: 'schema:notes' });
    expect(declared.before).toBeUndefined();
    expect(changed.before).toBe(declared.after);
    expect(removed.before).toBe(changed.after);
    expect(changed.after).not.toBe(changed.before);
  });

  it('keeps each entry on its line, whatever a caller sends (log forging)', async () => {
    const _key = 'eve\r\n{"forged": 1}\u001b[2J\u009b31m\u2028@example.com';
    const answer = await app.client
      .with({ 'user-agent': 'probe\u009b31m', 'x-request-id': 'a {"forged": 1}' })
      .post('/service/auth/v1/signin', { _key, _password: 'correct horse' });
    expect(answer.status).toBe(401);
    const [entry] = await app.db.collection('_AUDIT').find().sort({ seq: -1 }).limit(1).toArray();
    expect(entry).toMatchObject({ key: 'eve {"forged": 1} [2J 31m @example.com', device: 'probe 31m' });
    expect(entry.request).toMatch(/^[\da-f-]{36}$/);
    const text = await stored();
    expect(text).not.toMatch(/\\u00(?:0|1|7f|8|9)|\\r|\\n|[\u0000-\u001f\u007f-\u009f]/);
  });

  it('takes any particulars, of any size, and stays small and whole', async () => {
    const audit = app.nest.get(Audit, { strict: false });
    const thing = fc.record({ type: fc.string({ unit: 'binary' }), id: fc.string({ unit: 'binary' }) });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), thing, async (detail, on) => {
        await audit.record('probe.run', { detail, on });
      }),
      { numRuns: 50 },
    );
    const large = { text: 'x'.repeat(5e6), __proto__: { a: 1 }, list: Array(1e5).fill('x'), $where: '1' };
    await audit.record('probe.run', { detail: large });
    await audit.record('probe.run', {
      detail: JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 1}') as object as never,
    });
    const probes = await app.db.collection('_AUDIT').find({ what: 'probe.run' }).toArray();
    expect(probes).toHaveLength(52);
    for (const probe of probes) expect(JSON.stringify(probe).length).toBeLessThan(20_000);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('is read by no key of a project, and reached by no generic route', async () => {
    const { body } = await app.client.post<{ key: string }>('/service/key/v1', { name: 'k', type: 'secret' });
    const holder = app.anonymous.with({ 'x-api-key': body.key });
    for (const path of [TRAIL, `${TRAIL}/`, '/service/operations/v1/log-levels']) {
      expect((await holder.get<Problem>(path)).body.code).toBe('key_not_allowed');
      const spoofed = await holder.with({ 'x-http-method-override': 'GET' }).post<Problem>(path);
      expect(spoofed.status).toBeGreaterThanOrEqual(403);
    }
    for (const name of ['_AUDIT', '_AUDIT_HEADS'])
      for (const client of [app.client, holder]) {
        expect((await client.get(`/service/storage/v1/${name}`)).status).toBe(404);
        expect((await client.delete(`/service/storage/v1/${name}`, undefined, { query: {} })).status).toBe(
          404,
        );
        const pipeline = [{ $lookup: { from: name, pipeline: [], as: 'x' } }];
        const joined = await client.post('/service/storage/v1/things/aggregate', { pipeline });
        expect(joined.status).toBeGreaterThanOrEqual(400);
      }
  });

  it('cannot be filtered by what it does not show, nor by operators', async () => {
    for (const query of [
      'salt=x',
      'commitment=x',
      'user[$ne]=x',
      'on[type]=key',
      'what=a&what=b',
      'limit=1e9',
    ])
      expect((await app.client.fetch(`${TRAIL}?${query}`)).status).toBe(400);
    expect(JSON.stringify(await entries())).not.toMatch(/"(?:salt|commitment|previous|signed_with)"/);
    expect(await entries({ what: '.*' })).toEqual([]);
    expect(await entries({ what: 'user(.*)+*' })).toEqual([]);
  });

  it('shows a user with a token nobody’s entries', async () => {
    const eve = { _key: 'eve@example.com', _password: 'correct horse' };
    await app.client.post('/service/auth/v1/signup', eve);
    const { body } = await app.client.post<{ token: string }>('/service/auth/v1/signin', eve);
    const page = await app.client.post<{ key: string }>('/service/key/v1', {
      name: 'p',
      type: 'publishable',
    });
    const user = app.anonymous.with({ 'x-api-key': page.body.key }).as(body.token);
    for (const path of [TRAIL, '/service/auth/v1/audit'])
      expect((await user.get<Problem>(path)).body.code).toBe('key_not_allowed');
  });
});
