import { Double, Long, ObjectId } from 'mongodb';
import type { ApiAnswer, Problem } from '../support/api-client.js';
import { declareSettled, raw, settled } from '../support/encryption.js';
import { declare, SCHEMA, STORAGE } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

describe('documents that were there before a field was encrypted, or no longer is', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  const idsOf = async (collection: string, query: unknown) =>
    (await app.client.get<{ _id: string }[]>(`${STORAGE}/${collection}`, { query })).body.map(
      ({ _id }) => _id,
    );
  const put = (collection: string, body: unknown): Promise<ApiAnswer<Problem>> =>
    app.client.send('PUT', `${SCHEMA}/${collection}`, body);

  it('are encrypted in the background, and found meanwhile', async () => {
    const documents = Array.from({ length: 500 }, (_, n) => ({ _id: `o${n}`, ssn: `s${n % 50}`, n }));
    await app.client.post(`${STORAGE}/older`, documents);
    const foreign = [new ObjectId(), 5, new Double(6), Long.fromNumber(7), new Date(), { a: 1 }, true];
    await app.db.collection('older').insertMany(foreign.map((_id) => ({ _id: _id as ObjectId, ssn: 's1' })));
    await declare(app, 'older', { encrypted: { ssn: { index: true } } });
    let asked = 0;
    do {
      expect(await idsOf('older', { ssn: 's1' })).toHaveLength(17);
      asked += 1;
    } while (
      (await app.client.get<{ encryption: { status: string } }>(`${SCHEMA}/older`)).body.encryption.status ===
      'running'
    );
    expect(asked).toBeGreaterThan(1);
    expect(await app.db.collection('older').countDocuments({ 'ssn._sealed': { $exists: false } })).toBe(0);
    expect((await app.client.get(`${SCHEMA}/older`)).body).toMatchObject({
      encryption: { status: 'done', fields: { ssn: 'sealed' }, done: 507, left: 0 },
    });
    expect(await idsOf('older', { ssn: 's1' })).toHaveLength(17);
  });

  it('are written meanwhile, and no write is lost', async () => {
    await app.client.post(
      `${STORAGE}/busy`,
      Array.from({ length: 300 }, (_, n) => ({ _id: `b${n}`, secret: 'old', count: 0 })),
    );
    await declare(app, 'busy', { encrypted: { secret: {} } });
    const writes = Array.from({ length: 60 }, (_, n) =>
      app.client.patch(`${STORAGE}/busy/b${n * 5}`, {
        document: { $set: { secret: `new${n}` }, $inc: { count: 1 } },
      }),
    );
    expect((await Promise.all(writes)).every(({ status }) => status === 200)).toBe(true);
    await settled(app.client, 'busy');
    for (let n = 0; n < 60; n += 1)
      expect((await app.client.get(`${STORAGE}/busy/b${n * 5}`)).body).toMatchObject({
        secret: `new${n}`,
        count: 1,
      });
    expect((await app.client.get(`${STORAGE}/busy/b1`)).body).toMatchObject({ secret: 'old' });
  });

  it('are decrypted when the field is no longer declared; queries wait', async () => {
    await declareSettled(app.client, 'opened', { encrypted: { a: { index: true }, b: {} } });
    await app.client.post(`${STORAGE}/opened`, [
      { _id: 'x', a: 5, b: [1] },
      { _id: 'y', a: 7 },
    ]);
    expect((await put('opened', { encrypted: { b: {} } })).status).toBe(200);
    expect((await app.client.get(`${STORAGE}/opened/x`)).body).toMatchObject({ a: 5, b: [1] });
    const early = await app.client.get<Problem>(`${STORAGE}/opened`, { query: { a: { $gt: 5 } } });
    expect(early).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await settled(app.client, 'opened');
    expect(await idsOf('opened', { a: { $gt: 5 } })).toEqual(['y']);
    expect(await raw(app, 'opened', 'x')).toMatchObject({ a: 5, b: { _sealed: {} } });
    expect((await app.client.delete(`${SCHEMA}/opened`)).status).toBe(200);
    expect((await app.client.get(`${SCHEMA}/opened`)).status).toBe(404);
    expect((await app.client.get(`${STORAGE}/opened/x`)).body).toMatchObject({ a: 5, b: [1] });
    await until(
      async () => (await app.db.collection('_SCHEMAS').countDocuments({ _id: 'opened' as never })) === 0,
    );
    expect(await raw(app, 'opened', 'x')).toMatchObject({ a: 5, b: [1] });
  });

  it('get an index later; queries wait for it', async () => {
    await declareSettled(app.client, 'later', { encrypted: { a: {} } });
    await app.client.post(`${STORAGE}/later`, { _id: 'x', a: 1 });
    await declare(app, 'later', { encrypted: { a: { index: true } } });
    expect((await app.client.get(`${STORAGE}/later`, { query: { a: 1 } })).status).toBe(409);
    await settled(app.client, 'later');
    expect(await idsOf('later', { a: 1 })).toEqual(['x']);
    await declareSettled(app.client, 'later', { encrypted: { a: {} } });
    expect(await raw(app, 'later', 'x')).not.toHaveProperty('a._blind');
    expect((await app.client.get(`${STORAGE}/later`, { query: { a: 1 } })).status).toBe(400);
  });

  it('that cannot be encrypted keep the declaration from being taken', async () => {
    await app.client.post(`${STORAGE}/lists`, {
      a: [{ b: 1 }],
      long: Array.from({ length: 1001 }, (_, n) => n),
    });
    expect(await put('lists', { encrypted: { 'a.b': {} } })).toMatchObject({
      status: 409,
      body: { code: 'schema_conflict' },
    });
    expect(await put('lists', { encrypted: { long: { index: true } } })).toMatchObject({
      status: 409,
      body: { code: 'schema_conflict' },
    });
    expect((await put('lists', { encrypted: { a: { index: true }, long: {} } })).status).toBe(200);
  });

  it('must all be encrypted before the field can be unique', async () => {
    await app.client.post(`${STORAGE}/members`, [{ no: 1 }, { no: 2 }]);
    const unique = { encrypted: { no: { index: true } }, indexes: [{ keys: { no: 1 }, unique: true }] };
    expect(await put('members', unique)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await declareSettled(app.client, 'members', { encrypted: { no: { index: true } } });
    expect((await put('members', unique)).status).toBe(200);
    await until(async () => (await app.client.post(`${STORAGE}/members`, { no: 2 })).status === 409);
    expect(await put('members', { indexes: [{ keys: { no: 1 }, unique: true }] })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });
});
