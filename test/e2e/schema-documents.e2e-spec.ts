import type { ApiAnswer, Problem } from '../support/api-client.js';
import { declare, PageUser, SCHEMA, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';

const ITEMS = `${STORAGE}/items`;

const schema = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, pattern: '^[a-z]+$' },
    count: { type: 'integer', minimum: 0, maximum: 10 },
    tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
    due: { type: 'string', format: 'date-time' },
  },
};

describe('the schema of a collection', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { STORAGE_MAX_CHECKED_UPDATE: '20' } });
    await declare(app, 'items', { schema, defaults: { count: 0 } });
  });
  afterAll(() => app?.stop());

  const insert = (body: unknown) => app.client.post<Problem & { ids: string[] }>(ITEMS, body);
  const patch = (id: string, document: unknown) => app.client.patch<Problem>(`${ITEMS}/${id}`, { document });
  const stored = async (id: string) => (await app.client.get<Record<string, unknown>>(`${ITEMS}/${id}`)).body;
  const put = <T = Problem>(collection: string, body: unknown): Promise<ApiAnswer<T>> =>
    app.client.send('PUT', `${SCHEMA}/${collection}`, body);

  it('is kept by new documents, which get their defaults', async () => {
    const due = { $date: '2030-01-01T00:00:00Z' };
    const { status, body } = await insert({ name: 'lamp', tags: ['a', 'b'], due });
    expect(status).toBe(201);
    expect(await stored(body.ids[0])).toMatchObject({ count: 0, due: '2030-01-01T00:00:00.000Z' });
  });

  it.each([
    [{}, '/name'],
    [{ name: 7 }, '/name'],
    [{ name: 'UPPER' }, '/name'],
    [{ name: 'a', count: 1.5 }, '/count'],
    [{ name: 'a', count: 11 }, '/count'],
    [{ name: 'a', count: { $numberDecimal: '1' } }, '/count'],
    [{ name: 'a', other: 1 }, '/other'],
    [{ name: 'a', tags: ['x', 'x'] }, '/tags'],
    [{ name: 'a', tags: ['x', 1] }, '/tags/1'],
    [{ name: 'a', due: 'tomorrow' }, '/due'],
  ])('refuses %j', async (document, field) => {
    const { status, body } = await insert(document);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'document_refused', errors: [{ field }] });
  });

  it('refuses a batch as a whole, and names the place', async () => {
    const before = (await app.client.get<unknown[]>(ITEMS)).body.length;
    const { body } = await insert({ documents: [{ name: 'fine' }, { name: 'NOT' }] });
    expect(body).toMatchObject({ code: 'document_refused', errors: [{ field: '/documents/1/name' }] });
    expect((await app.client.get<unknown[]>(ITEMS)).body).toHaveLength(before);
  });

  it('is kept by the result of an update, whatever its operators', async () => {
    await insert({ _id: 'pen', name: 'pen', count: 9, tags: ['x'] });
    for (const document of [
      { $inc: { count: 2 } },
      { $mul: { count: 0.5 } },
      { $unset: { name: 1 } },
      { $rename: { name: 'title' } },
      { $set: { 'name.first': 'x' } },
      { $push: { tags: 'x' } },
      { $push: { tags: 7 } },
      { $set: { other: 1 } },
      { $currentDate: { name: true } },
    ])
      expect((await patch('pen', document)).status).toBe(400);
    expect((await patch('pen', { $inc: { count: 1 }, $addToSet: { tags: 'y' } })).body).toEqual({
      matched: 1,
      modified: 1,
    });
    expect(await stored('pen')).toMatchObject({ name: 'pen', count: 10, tags: ['x', 'y'] });
    expect(await stored('pen')).toHaveProperty('_patched');
  });

  it('keeps the types of what an update does not touch', async () => {
    await declare(app, 'typed', { schema: { type: 'object' } });
    const _id = 'typed' as unknown as undefined;
    const values = { _id: 'typed', double: 5.5, big: { $numberLong: '9007199254740993' }, whole: 1 };
    await app.client.post(`${STORAGE}/typed`, { ...values, decimal: { $numberDecimal: '1.10' } });
    await app.client.post(`${STORAGE}/typed`, { _id: 'five', five: { $numberDouble: '5.0' } });
    await app.client.patch(`${STORAGE}/typed`, { query: {}, document: { $set: { seen: true } } });
    const types = await app.db
      .collection('typed')
      .find({ five: { $type: 'double' }, _id: 'five' as unknown as undefined })
      .toArray();
    expect(types).toHaveLength(1);
    expect(await app.db.collection('typed').findOne({ _id }, { promoteValues: false })).toMatchObject({
      big: { _bsontype: 'Long' },
      whole: { _bsontype: 'Int32' },
      decimal: { _bsontype: 'Decimal128' },
      seen: true,
    });
  });

  it('holds when many change one document at once', async () => {
    await insert({ _id: 'cup', name: 'cup' });
    const answers = await Promise.all(Array.from({ length: 16 }, () => patch('cup', { $inc: { count: 1 } })));
    const done = answers.filter(({ status }) => status === 200).length;
    expect(done).toBe(10);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(6);
    expect(await stored('cup')).toMatchObject({ count: 10 });
  });

  it('is kept by updates of many, all or none', async () => {
    await declare(app, 'many', { schema: { type: 'object', properties: { n: { maximum: 20 } } } });
    const many = `${STORAGE}/many`;
    await app.client.post(
      many,
      Array.from({ length: 20 }, (_, n) => ({ n, list: [1, n] })),
    );
    const change = (document: unknown, query: unknown = {}) =>
      app.client.patch<Problem>(many, { query, document });
    expect((await change({ $inc: { n: 2 } })).body).toMatchObject({ code: 'document_refused' });
    expect((await app.client.get<unknown[]>(many, { query: { n: { $gt: 19 } } })).body).toEqual([]);
    expect((await change({ $inc: { n: 1 } })).body).toEqual({ matched: 20, modified: 20 });
    expect((await change({ $set: { 'list.$': 0 } }, { list: 5 })).body).toEqual({ matched: 1, modified: 1 });
    expect((await app.client.get(many, { query: { list: [1, 0] } })).body).toHaveLength(2);
    await app.client.post(many, { n: 1 });
    expect((await change({ $inc: { n: 1 } })).body).toMatchObject({ status: 422, code: 'result_too_large' });
  });

  it('is refused while stored documents do not fulfil it, unless it is for new ones', async () => {
    await app.client.post(`${STORAGE}/old`, [{ n: 1 }, { n: 'x' }, { n: 'y' }]);
    const numbers = { schema: { type: 'object', properties: { n: { type: 'number' } } } };
    const refused = await put('old', numbers);
    expect(refused.body).toMatchObject({ status: 409, code: 'schema_conflict', checked: 3, failing: 2 });
    expect((await app.client.get(`${SCHEMA}/old`)).status).toBe(404);
    const accepted = await put<Record<string, unknown>>('old', { ...numbers, validate: 'new' });
    expect(accepted.status).toBe(200);
    expect(accepted.body).toMatchObject({ validation: { checked: 3, failing: 2, complete: true } });
    expect((await app.client.post(`${STORAGE}/old`, { n: 'z' })).status).toBe(400);
  });

  it('does not mind fields that the server sets', async () => {
    const owned = { schema: { ...schema, required: [] }, stamp: { owner: '$user._id' } };
    await declare(app, 'owned', { ...owned, rules: { create: { owner: '$user._id' } } });
    const user = await PageUser.create(app, await withPublishableKey(app));
    expect((await user.client.post(`${STORAGE}/owned`, { name: 'mine' })).status).toBe(201);
  });

  const doubling = (n: number) => ({ allOf: Array(2).fill({ $ref: `#/definitions/a${n + 1}` }) });

  it.each<[string, object]>([
    ['an unknown type', { type: 'nonsense' }],
    ['a misspelt keyword', { requird: ['a'] }],
    ['a reference to another host', { $ref: 'https://example.com/schema.json' }],
    ['a reference to another file', { $ref: 'other.json' }],
    ['a reference by a name', { $ref: '#name', definitions: { a: { $anchor: 'name' } } }],
    ['a broken reference', { $ref: '#/%' }],
    ['a backreference', { properties: { a: { pattern: '(a+)+\\1' } } }],
    ['lookaround', { properties: { a: { pattern: '(?=a)' } } }],
    ['an unknown format', { properties: { a: { format: 'unheard-of' } } }],
    ['waiting', { $async: true }],
    ['too much', { enum: Array.from({ length: 20_000 }, (_, n) => n) }],
    ['too many levels', Array.from({ length: 40 }).reduce<object>((inner) => ({ not: inner }), {})],
    [
      'references that double',
      {
        $ref: '#/definitions/a0',
        definitions: Object.fromEntries(
          Array.from({ length: 40 }, (_, n) => [`a${n}`, n === 39 ? {} : doubling(n)]),
        ),
      },
    ],
  ])('is refused with %s', async (_what, bad) => {
    const { status, body } = await put('bad', { schema: bad });
    expect(status).toBe(400);
    expect(body.code).toBe('schema_refused');
  });

  it('checks long texts and long lists in time', async () => {
    await declare(app, 'long', {
      schema: {
        properties: { text: { type: 'string', pattern: '^(a+)+$' }, list: { uniqueItems: true } },
      },
    });
    const list = Array.from({ length: 30_000 }, (_, n) => ({ n: [n] }));
    expect((await app.client.post(`${STORAGE}/long`, { text: 'a'.repeat(50_000), list })).status).toBe(201);
    const text = `${'a'.repeat(50_000)}!`;
    expect((await app.client.post(`${STORAGE}/long`, { text })).status).toBe(400);
  });
});
