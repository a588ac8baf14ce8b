import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';

interface Inserted {
  inserted: number;
  ids: string[];
}
type Note = Record<string, unknown> & { _id: string };

/** ISO 8601, as JavaScript writes it. */
const TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('storage', () => {
  let app: TestApp;
  let path: string;
  let count = 0;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());
  beforeEach(() => {
    path = `/service/storage/v1/notes-${(count += 1)}`;
  });

  const insert = async (...documents: Record<string, unknown>[]) =>
    (await app.client.post<Inserted>(path, documents)).body.ids;
  const all = async () => (await app.client.get<Note[]>(path)).body;

  describe('insert', () => {
    it('stores one document and answers with its id', async () => {
      const answer = await app.client.post<Inserted>(path, { title: 'One' });
      expect(answer.status).toBe(201);
      expect(answer.body.inserted).toBe(1);
      expect(answer.body.ids).toEqual([expect.stringMatching(/^[0-9a-f]{24}$/)]);
      expect(await all()).toEqual([{ _id: answer.body.ids[0], title: 'One', _inserted: TIME }]);
    });

    it.each([
      ['a list', (documents: object[]) => documents],
      ['a batch', (documents: object[]) => ({ documents })],
    ])('stores %s in order', async (_name, body) => {
      const answer = await app.client.post<Inserted>(path, body([{ n: 1 }, { n: 2 }, { n: 3 }]));
      expect(answer.status).toBe(201);
      expect(answer.body.inserted).toBe(3);
      const stored = new Map((await all()).map(({ _id, n }) => [_id, n]));
      expect(answer.body.ids.map((id) => stored.get(id))).toEqual([1, 2, 3]);
    });

    it('takes a document with a list named documents and other fields as one document', async () => {
      const answer = await app.client.post<Inserted>(path, { title: 'Folder', documents: [{ page: 1 }] });
      expect(answer.body.inserted).toBe(1);
      expect((await all())[0]).toMatchObject({ title: 'Folder', documents: [{ page: 1 }] });
    });

    it('keeps every kind of JSON value, and names that JavaScript objects inherit', async () => {
      const document = {
        toString: 'text',
        hasOwnProperty: 1,
        then: true,
        empty: '',
        list: [1, [2, { deep: null }], 'é 😀'],
        nested: { valueOf: 0, 'with space': false, 'hyphen-ated': -1.5 },
      };
      const [id] = await insert(document);
      const { body } = await app.client.get<Note>(`${path}/${id}`);
      expect(body).toMatchObject(document);
    });

    it.each([100_000, 1_000_000, 5_000_000])('keeps a document of %i bytes', async (size) => {
      const sent = 'é'.repeat(size / 2);
      const [id] = await insert({ before: 1, text: sent, after: { list: [true] } });
      const { text, ...others } = (await app.client.get<Note>(`${path}/${id}`)).body;
      expect(others).toMatchObject({ _id: id, before: 1, after: { list: [true] } });
      // Not by a matcher: it would print megabytes.
      expect(text === sent).toBe(true);
    });

    it('lets the caller choose the id, as text or as ObjectId', async () => {
      const answer = await app.client.post<Inserted>(path, [
        { _id: 'bücher/1 €' },
        { title: 'x', _id: { $oid: '65A1B2C3D4E5F60718293A4B' } },
      ]);
      expect(answer.body.ids).toEqual(['bücher/1 €', '65a1b2c3d4e5f60718293a4b']);
      const found = await app.client.get<Note>(`${path}/${encodeURIComponent('bücher/1 €')}`);
      expect(found.body._id).toBe('bücher/1 €');
      const [second] = (await app.client.get<Note[]>(path, { query: { title: 'x' } })).body;
      expect(Object.keys(second)[0]).toBe('_id');
    });

    it.each([[''], ['.'], ['..'], ['a\u0000b'], ['x'.repeat(257)], [7], [null], [{ a: 1 }], [['a']]])(
      'refuses %j as an id',
      async (_id) => {
        const answer = await app.client.post<Problem>(path, { _id });
        expect(answer.status).toBe(400);
        expect(answer.body.code).toBe('document_refused');
        expect(await all()).toEqual([]);
      },
    );

    it.each(['_inserted', '_patched'])('refuses %s, which is the server’s', async (field) => {
      const answer = await app.client.post<Problem>(path, [{ a: 1 }, { [field]: '2020-01-01T00:00:00Z' }]);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'document_refused', errors: [{ field: `/1/${field}` }] });
      expect(await all()).toEqual([]);
    });

    it('answers 409 with the failing index and the ids that were stored before it', async () => {
      const answer = await app.client.post<Problem>(path, {
        documents: [{ _id: 'a' }, { _id: 'b' }, { _id: 'a' }, { _id: 'c' }],
      });
      expect(answer.status).toBe(409);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ code: 'duplicate_key', index: 2, inserted: ['a', 'b'] });
      expect((await all()).map(({ _id }) => _id).sort()).toEqual(['a', 'b']);
    });

    it('answers 409 for a single duplicate', async () => {
      await insert({ _id: 'a', n: 1 });
      const answer = await app.client.post<Problem>(path, { _id: 'a', n: 2 });
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ code: 'duplicate_key', index: 0, inserted: [] });
      expect(await all()).toMatchObject([{ _id: 'a', n: 1 }]);
    });

    it('inserts 1000 documents at once, and no more', async () => {
      const documents = Array.from({ length: 1001 }, (_, n) => ({ n }));
      const tooMany = await app.client.post<Problem>(path, documents);
      expect(tooMany.status).toBe(400);
      expect(tooMany.body.code).toBe('validation_failed');
      expect((await app.client.post<Inserted>(path, documents.slice(1))).body.inserted).toBe(1000);
    });

    it.each([['[]'], ['{"documents":[]}'], ['""'], ['7'], ['null'], ['']])(
      'refuses the body %j',
      async (body) => {
        const answer = await app.client
          .with({ 'content-type': 'application/json' })
          .send<Problem>('POST', path, body);
        expect(answer.status).toBe(400);
        expect(answer.body.code).toBe('validation_failed');
      },
    );

    it.each([[1], ['text'], [null], [[{ a: 1 }]]])('refuses %j among documents', async (document) => {
      const answer = await app.client.post<Problem>(path, [{ a: 1 }, document]);
      expect(answer.body).toMatchObject({ status: 400, code: 'document_refused', errors: [{ field: '/1' }] });
      expect(await all()).toEqual([]);
    });

    it('refuses a document over 16 MB of BSON', async () => {
      // Small numbers take more room in BSON than in JSON.
      const answer = await app.client.post<Problem>(path, { list: new Array(1_500_000).fill(1) });
      expect(answer.status).toBe(400);
      expect(answer.body.code).toBe('document_refused');
    });
  });

  describe('find', () => {
    it('answers an empty list for a collection that does not exist', async () => {
      const answer = await app.client.get(path);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual([]);
    });

    it('filters, projects, sorts, skips and limits', async () => {
      await insert(...[1, 2, 3, 4, 5].map((n) => ({ n, odd: n % 2 === 1, more: 'x' })));
      const answer = await app.client.get<Note[]>(path, {
        query: { n: { $gte: 2 } },
        keys: { n: 1, _id: 0 },
        sort: { n: -1 },
        skip: 1,
        limit: 2,
      });
      expect(answer.body).toEqual([{ n: 4 }, { n: 3 }]);
      expect(answer.headers.has('x-total-count')).toBe(false);
    });

    it('counts all that match, beside the page', async () => {
      await insert({ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 });
      const answer = await app.client.get<Note[]>(path, { query: { a: 1 }, limit: 2, count: true });
      expect(answer.body).toHaveLength(2);
      expect(answer.headers.get('x-total-count')).toBe('3');
    });

    it('gives 100 documents by default, and 1000 at most', async () => {
      await insert(...Array.from({ length: 1000 }, (_, n) => ({ n })));
      await insert({ n: 1000 });
      expect((await app.client.get<Note[]>(path)).body).toHaveLength(100);
      expect((await app.client.get<Note[]>(path, { limit: 1000 })).body).toHaveLength(1000);
      const over = await app.client.get<Problem>(path, { limit: 1001 });
      expect(over.status).toBe(400);
      expect(over.body).toMatchObject({ code: 'validation_failed', errors: [{ field: '/limit' }] });
    });

    it('understands Extended JSON in queries', async () => {
      await insert(
        { at: { $date: '2026-01-01T00:00:00Z' }, price: { $numberDecimal: '9.90' }, n: { $numberLong: '5' } },
        { at: { $date: '2026-02-01T00:00:00Z' }, price: { $numberDecimal: '19.90' }, n: 6 },
      );
      const found = await app.client.get<Note[]>(path, {
        query: { at: { $gt: { $date: '2026-01-15T00:00:00Z' } } },
      });
      expect(found.body).toMatchObject([
        { at: '2026-02-01T00:00:00.000Z', price: { $numberDecimal: '19.90' }, n: 6 },
      ]);
      const byNumber = await app.client.get<Note[]>(path, { query: { n: { $numberInt: '5' } } });
      expect(byNumber.body).toMatchObject([{ at: '2026-01-01T00:00:00.000Z', n: 5 }]);
    });

    it('takes an ISO string compared with _inserted or _patched as that date', async () => {
      const [id] = await insert({ a: 1 }, { a: 2 });
      await app.client.patch(`${path}/${id}`, { document: { $set: { a: 3 } } });
      const find = async (query: object) => (await app.client.get<Note[]>(path, { query })).body.length;
      expect(await find({ _inserted: { $gt: '2020-01-01' } })).toBe(2);
      expect(await find({ _inserted: { $lt: '2020-01-01T00:00:00Z' } })).toBe(0);
      expect(await find({ _patched: { $gte: '2020-01-01T00:00:00+02:00' } })).toBe(1);
      expect(await find({ $or: [{ _patched: { $not: { $gt: '2020-01-01' } } }, { a: 3 }] })).toBe(2);
      const [{ _inserted }] = await all();
      expect(await find({ _inserted })).toBeGreaterThan(0);
      expect(await find({ _inserted: { $in: [_inserted] } })).toBeGreaterThan(0);
    });

    it('finds an id that is written as ObjectId', async () => {
      const [id] = await insert({ a: 1 });
      const found = await app.client.get<Note[]>(path, { query: { _id: { $in: [{ $oid: id }] } } });
      expect(found.body).toMatchObject([{ _id: id }]);
    });

    it.each([
      ['limit', '0'],
      ['limit', '-1'],
      ['limit', '1.5'],
      ['limit', 'ten'],
      ['limit', ''],
      ['skip', '-1'],
      ['skip', '2147483648'],
      ['count', 'maybe'],
      ['query', '{'],
      ['query', ''],
      ['query', '{"a":1}x'],
      ['keys', 'name'],
      ['sort', '-name'],
      ['page', '1'],
    ])('refuses ?%s=%s', async (name, value) => {
      const answer = await app.client.get<Problem>(path, { [name]: value });
      expect(answer.status).toBe(400);
      expect(answer.body.code).toBe('validation_failed');
      expect(answer.body.errors?.[0].field).toBe(`/${name}`);
    });

    it.each([
      ['query', '[1]'],
      ['query', 'null'],
      ['query', '"text"'],
      ['keys', '["name"]'],
      ['keys', '{"name":2}'],
      ['keys', '{"name":{"$meta":"textScore"}}'],
      ['sort', '[["a",1]]'],
      ['sort', '{"a":2}'],
      ['sort', '{"a":"desc"}'],
      ['sort', '{"a":{"$meta":"textScore"}}'],
      ['sort', '{"$natural":-1}'],
    ])('refuses ?%s=%s as a query', async (name, value) => {
      const answer = await app.client.get<Problem>(path, { [name]: value });
      expect(answer.status).toBe(400);
      expect(answer.body.code).toBe('query_refused');
      expect(answer.body.errors?.[0].field).toMatch(new RegExp(`^/${name}`));
    });

    it.each(['query', 'keys', 'sort', 'limit', 'skip', 'count'])(
      'refuses %s when sent twice',
      async (name) => {
        const answer = await app.client.get<Problem>(`${path}?${name}=1&${name}=1`);
        expect(answer.status).toBe(400);
        expect(answer.body.code).toBe('validation_failed');
      },
    );

    it('answers HEAD like GET, without a body', async () => {
      await insert({ a: 1 });
      const answer = await app.client.send('HEAD', `${path}?count=true`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-total-count')).toBe('1');
      expect(answer.body).toBeUndefined();
    });

    it('takes a trailing slash as the same path', async () => {
      await insert({ a: 1 });
      expect((await app.client.get<Note[]>(`${path}/`)).body).toHaveLength(1);
    });
  });

  describe('get one', () => {
    it('answers with the document', async () => {
      const [id] = await insert({ title: 'One', nested: { a: 1 } });
      const answer = await app.client.get<Note>(`${path}/${id}`);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        _id: id,
        title: 'One',
        nested: { a: 1 },
        _inserted: TIME,
      });
    });

    it('answers with the wanted fields', async () => {
      const [id] = await insert({ title: 'One', body: 'long' });
      const answer = await app.client.get<Note>(`${path}/${id}`, { keys: { title: 1 } });
      expect(answer.body).toEqual({ _id: id, title: 'One' });
    });

    it('answers 404 for an unknown id', async () => {
      for (const id of [
        '000000000000000000000000',
        'aggregate',
        'constructor',
        '%00',
        encodeURIComponent('é/'),
      ]) {
        const answer = await app.client.get<Problem>(`${path}/${id}`);
        expect(answer.status).toBe(404);
        expect(answer.body.code).toBe('not_found');
      }
    });

    it('refuses unknown parameters', async () => {
      const [id] = await insert({ a: 1 });
      const answer = await app.client.get<Problem>(`${path}/${id}`, { query: {} });
      expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
    });
  });

  describe('answers', () => {
    it('writes what JSON lacks as relaxed Extended JSON', async () => {
      const uuid = '0123456789abcdef0123456789abcdef';
      const values = {
        long: { $numberLong: '9223372036854775807' },
        small: { $numberLong: '42' },
        decimal: { $numberDecimal: '0.10' },
        binary: { $binary: { base64: 'aGVsbG8=', subType: '00' } },
        uuid: { $binary: { base64: Buffer.from(uuid, 'hex').toString('base64'), subType: '04' } },
        infinite: { $numberDouble: '-Infinity' },
        reference: { $oid: '65a1b2c3d4e5f60718293a4b' },
        date: { $date: { $numberLong: '1000' } },
        double: { $numberDouble: '5.0' },
        list: [{ inner: { $numberLong: '-9223372036854775808' } }],
      };
      const [id] = await insert(values);
      const { body } = await app.client.get<Note>(`${path}/${id}`);
      expect(body).toMatchObject({
        ...values,
        small: 42,
        reference: '65a1b2c3d4e5f60718293a4b',
        date: '1970-01-01T00:00:01.000Z',
        double: 5,
      });
      // What comes out goes in again and means the same.
      const { _id, _inserted, ...again } = body;
      const [copy] = await insert(again);
      const { _id: _1, _inserted: _2, ...copied } = (await app.client.get<Note>(`${path}/${copy}`)).body;
      expect(copied).toEqual(again);
      expect([_id, _inserted]).toEqual([id, TIME]);
    });
  });
});
