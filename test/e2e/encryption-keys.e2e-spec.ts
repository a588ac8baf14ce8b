import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../support/api-client.js';
import { declareSettled, ENCRYPTION, newKey, raw } from '../support/encryption.js';
import { declare, SCHEMA, STORAGE } from '../support/publishable-key.js';
import { TestApp, type LogLine } from '../support/test-app.js';
import { TestProject } from '../support/test-project.js';
import { AUTH } from '../support/test-user.js';
import { eventually, until } from '../support/until.js';

interface Encryption {
  status: string;
  keys: { id: string; current: boolean; available: boolean; in_use: boolean }[];
  documents: { done: number; left: number; failed: number };
  collections: { project: string; collection: string; status: string; keys: string[] }[];
}

const [K1, K2, K3] = ['k1', 'k2', 'k3'].map(newKey);

describe('the keys of encrypted fields', () => {
  const lines: LogLine[] = [];
  let directory: string;
  let app: TestApp;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-keys-'));
    await writeFile(join(directory, 'keys'), K1);
    app = await TestApp.start({
      env: { ENCRYPTION_KEYS_FILE: join(directory, 'keys'), LOG_LEVEL: 'info' },
      onLog: (line) => lines.push(line),
    });
  });
  afterAll(async () => {
    await app?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const use = async (...keys: string[]) => {
    await writeFile(join(directory, 'keys'), keys.join(','));
    await app.client.post('/service/operations/v1/secrets/reload');
  };
  const overview = async () => (await app.client.get<Encryption>(ENCRYPTION)).body;
  const rotate = async () => {
    const { status, body } = await app.client.post<Encryption>(`${ENCRYPTION}/rotate`);
    expect(status).toBe(202);
    expect(body.status).toBe('running');
    return eventually(overview, ({ status }) => status !== 'running');
  };
  const keyOf = async (collection: string, id: string, field: string) => {
    const value = (await raw(app, collection, id))?.[field] as { _sealed: { value(): Uint8Array } };
    const bytes = value._sealed.value();
    return Buffer.from(bytes.subarray(2, 2 + bytes[1])).toString();
  };
  const idsOf = async (collection: string, query: unknown) =>
    (await app.client.get<{ _id: string }[]>(`${STORAGE}/${collection}`, { query })).body.map(
      ({ _id }) => _id,
    );

  it('are rotated in the background, in all projects and collections of accounts', async () => {
    const project = await TestProject.create(app);
    for (const client of [app.client, project.client]) {
      await Promise.all([
        declareSettled(client, 'patients', { encrypted: { ssn: { index: true }, 'file.note': {} } }),
        declareSettled(client, '_USERS', { encrypted: { phone: { index: true } } }),
      ]);
      await client.post(
        `${STORAGE}/patients`,
        Array.from({ length: 250 }, (_, n) => ({ _id: `p${n}`, ssn: `s${n}`, file: { note: n } })),
      );
      await client.post(`${AUTH}/signup`, {
        _key: 'ada@example.com',
        _password: 'correct horse battery',
        document: { phone: '+44 1' },
      });
    }
    expect((await overview()).keys).toEqual([{ id: 'k1', current: true, available: true, in_use: true }]);

    await use(K2, K1);
    expect(await overview()).toMatchObject({
      keys: [
        { id: 'k2', current: true, available: true, in_use: false },
        { id: 'k1', current: false, available: true, in_use: true },
      ],
    });
    await app.client.post(`${STORAGE}/patients`, { _id: 'new', ssn: 's7' });
    expect(await keyOf('patients', 'new', 'ssn')).toBe('k2');
    expect(await keyOf('patients', 'p7', 'ssn')).toBe('k1');
    expect((await idsOf('patients', { ssn: 's7' })).toSorted()).toEqual(['new', 'p7']);

    const after = await rotate();
    expect(after).toMatchObject({
      status: 'done',
      keys: [
        { id: 'k2', in_use: true },
        { id: 'k1', in_use: false },
      ],
      documents: { done: 503, left: 0, failed: 0 },
    });
    expect(after.collections.map(({ project: name, collection }) => [name, collection])).toEqual(
      expect.arrayContaining([
        ['default', 'patients'],
        ['default', '_USERS'],
        [project.id, 'patients'],
        [project.id, '_USERS'],
      ]),
    );
    expect(await keyOf('patients', 'p7', 'ssn')).toBe('k2');

    await use(K2);
    expect((await idsOf('patients', { ssn: 's7' })).toSorted()).toEqual(['new', 'p7']);
    const { body } = await project.client.get(`${STORAGE}/patients/p249`);
    expect(body).toMatchObject({ ssn: 's249', file: { note: 249 } });
    expect((await project.client.get(`${AUTH}/ada@example.com`)).body).toMatchObject({ phone: '+44 1' });
    const users = await app.client.get<{ users: object[] }>(`${AUTH}/users`, { query: { phone: '+44 1' } });
    expect(users.body.users).toHaveLength(1);
    expect(JSON.stringify([after, lines])).not.toContain(K2.slice(3));
  });

  it('that are missing are named, in answers, in the log and in the states of modules', async () => {
    await use(K2);
    await declare(app, 'locked', { encrypted: { a: { index: true }, b: {} } });
    await app.client.post(`${STORAGE}/locked`, { _id: 'x', a: 1, b: 2, open: 3 });
    await use(K3);
    for (const answer of [
      await app.client.get<Problem>(`${STORAGE}/locked/x`),
      await app.client.get<Problem>(`${STORAGE}/locked`, { query: { a: 1 } }),
    ]) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'encryption_key_missing' } });
      expect(answer.body.detail).toContain('the key k2');
    }
    expect((await app.client.get(`${STORAGE}/locked/x`, { keys: { open: 1 } })).body).toEqual({
      _id: 'x',
      open: 3,
    });
    expect((await overview()).keys).toContainEqual({
      id: 'k2',
      current: false,
      available: false,
      in_use: true,
    });
    await until(() => lines.some(({ msg, key }) => key === 'k2' && msg.startsWith('A key is missing')));
    const module = await app.client.get('/modules/encryption/health');
    expect(module.body).toMatchObject({ state: 'unhealthy' });

    // Nothing is lost: a rotation leaves alone what it cannot read, and says so.
    expect(await rotate()).toMatchObject({
      status: 'failed',
      keys: expect.arrayContaining([expect.objectContaining({ id: 'k2', in_use: true })]) as unknown,
    });
    await use(K3, K2);
    expect((await app.client.get(`${STORAGE}/locked/x`)).body).toMatchObject({ a: 1, b: 2 });
    expect(await rotate()).toMatchObject({ status: 'done' });
  });

  it('need SERVER_SECRET to be seen and rotated, and leave a trace', async () => {
    const { body } = await app.client.post<{ key: string }>('/service/key/v1', { name: 'k', type: 'secret' });
    const other = app.anonymous.with({ 'x-api-key': body.key });
    expect((await other.get(ENCRYPTION)).status).toBe(403);
    expect((await other.post(`${ENCRYPTION}/rotate`)).status).toBe(403);
    expect((await app.anonymous.post(`${ENCRYPTION}/rotate`)).status).toBe(401);
    expect(await app.db.collection('_AUDIT').countDocuments({ what: 'encryption.rotated' })).toBeGreaterThan(
      0,
    );
  });

  it('keep a unique field unique while they are rotated', async () => {
    await use(K1, K3);
    const unique = { encrypted: { code: { index: true } }, indexes: [{ keys: { code: 1 }, unique: true }] };
    await declareSettled(app.client, 'coupons', unique);
    await until(async () => {
      const { body } = await app.client.get<{ indexes: { status: string }[] }>(`${SCHEMA}/coupons`);
      return body.indexes[0].status === 'ready';
    });
    const insert = (code: string) => app.client.post<Problem>(`${STORAGE}/coupons`, { code });
    expect((await insert('one')).status).toBe(201);
    expect(await insert('one')).toMatchObject({
      status: 409,
      body: { code: 'duplicate_key', errors: [{ field: '/code' }] },
    });
    await use(K2, K1, K3);
    expect((await insert('one')).status).toBe(409);
    expect((await insert('two')).status).toBe(201);
    expect(await rotate()).toMatchObject({ status: 'done' });
    await use(K2);
    expect((await insert('one')).status).toBe(409);
    expect((await insert('two')).status).toBe(409);
    await rotate();
    for (const { code } of await app.db.collection('coupons').find().toArray())
      expect(code).toMatchObject({ _blind: { sub_type: 0xed } });
    expect((await insert('two')).status).toBe(409);
  });
});
