import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';

type Note = Record<string, unknown> & { _id: string };

/** ISO 8601, as JavaScript writes it. */
const TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('storage: updates and deletes', () => {
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
    (await app.client.post<{ ids: string[] }>(path, documents)).body.ids;
  const get = async (id: string) => (await app.client.get<Note>(`${path}/${id}`)).body;
  const all = async () => (await app.client.get<Note[]>(path, { sort: { n: 1 } })).body;

  describe('update by id', () => {
    it('applies operators and notes the time', async () => {
      const [id] = await insert({ title: 'One', views: 1, tags: ['a'], old: 1 });
      const before = await get(id);
      const answer = await app.client.patch(`${path}/${id}`, {
        document: {
          $set: { title: 'Two', 'meta.author': 'Ada', due: { $date: '2026-12-01' } },
          $inc: { views: 2 },
          $push: { tags: { $each: ['b', 'c'] } },
          $unset: { old: '' },
        },
      });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ matched: 1, modified: 1 });
      const after = await get(id);
      expect(after).toEqual({
        _id: id,
        title: 'Two',
        views: 3,
        tags: ['a', 'b', 'c'],
        meta: { author: 'Ada' },
        due: '2026-12-01T00:00:00.000Z',
        _inserted: before._inserted,
        _patched: TIME,
      });
    });

    it('sets fields whose names JavaScript objects inherit', async () => {
      const [id] = await insert({ a: 1 });
      await app.client.patch(`${path}/${id}`, {
        document: { $set: { toString: 'text', hasOwnProperty: true } },
      });
      expect(await get(id)).toMatchObject({ toString: 'text', hasOwnProperty: true });
    });

    it('notes the time even when an operator names no field', async () => {
      const [id] = await insert({ a: 1 });
      expect((await app.client.patch(`${path}/${id}`, { document: { $set: {} } })).body).toMatchObject({
        matched: 1,
      });
      expect(await get(id)).toMatchObject({ a: 1, _patched: TIME });
    });

    it('answers 404 for an unknown id', async () => {
      const answer = await app.client.patch<Problem>(`${path}/nobody`, { document: { $set: { a: 1 } } });
      expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
      expect(await all()).toEqual([]);
    });

    it.each([
      [{ title: 'Two' }],
      [{}],
      [{ $set: { a: 1 }, title: 'Two' }],
      [[{ $set: { a: 1 } }]],
      [{ $set: 1 }],
      [{ $set: { '': 1 } }],
      [{ $set: { 'a.$.b': 1 } }],
      [{ $set: { 'a.$[x].b': 1 } }],
      [{ $inc: { a: 'one' } }],
      [{ $rename: { a: 1 } }],
      [{ $replaceWith: { a: 1 } }],
      ['text'],
      [7],
    ])('refuses the update %j', async (document) => {
      const [id] = await insert({ a: 1 });
      const answer = await app.client.patch<Problem>(`${path}/${id}`, { document });
      expect(answer.body).toMatchObject({ status: 400, code: 'update_refused' });
      expect(answer.body.errors?.[0].field).toMatch(/^\/document/);
      expect(await get(id)).not.toHaveProperty('_patched');
    });

    it.each([
      [{}],
      [{ document: null }],
      [{ document: { $set: { a: 1 } }, upsert: true }],
      [[]],
      [undefined],
    ])('refuses the body %j', async (body) => {
      const [id] = await insert({ a: 1 });
      const answer = await app.client.patch<Problem>(`${path}/${id}`, body);
      expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
    });

    it('answers what the database refuses without its words', async () => {
      const [id] = await insert({ a: 'text' });
      const answer = await app.client.patch<Problem>(`${path}/${id}`, { document: { $inc: { a: 1 } } });
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).not.toMatch(/\$inc|non-numeric|Mongo|test_/i);
    });
  });

  describe('bulk update', () => {
    it('changes all that match', async () => {
      await insert({ n: 1, list: [1, 2] }, { n: 2, list: [2] }, { n: 3 });
      const answer = await app.client.patch(path, {
        query: { n: { $lt: 3 } },
        document: { $set: { done: true } },
      });
      expect(answer.body).toEqual({ matched: 2, modified: 2 });
      expect((await all()).map(({ done, _patched }) => [done, typeof _patched])).toEqual([
        [true, 'string'],
        [true, 'string'],
        [undefined, 'undefined'],
      ]);
    });

    it('changes the element that matched', async () => {
      await insert({ n: 1, list: [1, 2] }, { n: 2, list: [2] });
      await app.client.patch(path, { query: { list: 2 }, document: { $set: { 'list.$': 9 } } });
      expect((await all()).map(({ list }) => list)).toEqual([[1, 9], [9]]);
    });

    it('changes all with an explicit {}', async () => {
      await insert({ n: 1 }, { n: 2 });
      const answer = await app.client.patch(path, { query: {}, document: { $inc: { n: 1 } } });
      expect(answer.body).toEqual({ matched: 2, modified: 2 });
    });

    it('answers with zeros when nothing matches', async () => {
      const answer = await app.client.patch(path, { query: { n: 1 }, document: { $inc: { n: 1 } } });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ matched: 0, modified: 0 });
    });

    it('refuses to change all by a forgotten query', async () => {
      await insert({ n: 1 });
      const answer = await app.client.patch<Problem>(path, { document: { $inc: { n: 1 } } });
      expect(answer.body).toMatchObject({ status: 400, code: 'query_required' });
      const inUrl = await app.client.patch<Problem>(path, { document: { $inc: { n: 1 } } }, { query: {} });
      expect(inUrl.body).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(await all()).toMatchObject([{ n: 1 }]);
    });

    it.each([[null], [[]], ['{}'], [{ $where: '1' }]])('refuses the query %j', async (query) => {
      const answer = await app.client.patch<Problem>(path, { query, document: { $inc: { n: 1 } } });
      expect(answer.body).toMatchObject({ status: 400, code: 'query_refused' });
    });
  });

  describe('delete', () => {
    it('deletes by id, once', async () => {
      const [id] = await insert({ n: 1 }, { n: 2 });
      expect((await app.client.delete(`${path}/${id}`)).body).toEqual({ deleted: 1 });
      expect(await all()).toMatchObject([{ n: 2 }]);
      const again = await app.client.delete<Problem>(`${path}/${id}`);
      expect(again.body).toMatchObject({ status: 404, code: 'not_found' });
    });

    it('refuses a query beside an id', async () => {
      const [id] = await insert({ n: 1 });
      const answer = await app.client.delete<Problem>(`${path}/${id}`, undefined, { query: { n: 2 } });
      expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(await all()).toHaveLength(1);
    });

    it.each<[string, (query: object) => [body?: unknown, parameters?: Record<string, unknown>]]>([
      ['in the body', (query) => [{ query }]],
      ['in the URL', (query) => [undefined, { query }]],
      ['in the URL, with an empty body', (query) => ['', { query }]],
    ])('deletes all that match a query %s', async (_name, send) => {
      await insert({ n: 1 }, { n: 2 }, { n: 3 });
      const answer = await app.client.delete(path, ...send({ n: { $gt: 1 } }));
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ deleted: 2 });
      expect(await all()).toMatchObject([{ n: 1 }]);
      expect((await app.client.delete(path, ...send({}))).body).toEqual({ deleted: 1 });
      expect((await app.client.delete(path, ...send({}))).body).toEqual({ deleted: 0 });
    });

    it.each([[undefined], [''], [{}]])(
      'refuses to empty a collection by a forgotten query: body %j',
      async (body) => {
        await insert({ n: 1 });
        const answer = await app.client.delete<Problem>(path, body);
        expect(answer.body).toMatchObject({ status: 400, code: 'query_required' });
        const slash = await app.client.delete<Problem>(`${path}/`, body);
        expect(slash.body).toMatchObject({ status: 400, code: 'query_required' });
        expect(await all()).toHaveLength(1);
      },
    );

    it('refuses two queries, and bodies that are not objects', async () => {
      await insert({ n: 1 });
      const both = await app.client.delete<Problem>(path, { query: { n: 2 } }, { query: {} });
      expect(both.body).toMatchObject({ status: 400, code: 'validation_failed' });
      for (const body of [[], [{ query: {} }], '7', 'null', { query: {}, limit: 1 }]) {
        const answer = await app.client.delete<Problem>(path, body);
        expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
      }
      expect((await app.client.delete<Problem>(path, { query: null })).body.code).toBe('query_refused');
      expect((await app.client.delete<Problem>(path, undefined, { query: 'null' })).body.code).toBe(
        'query_refused',
      );
      expect((await app.client.delete<Problem>(path, undefined, { query: '' })).body.code).toBe(
        'validation_failed',
      );
      expect(await all()).toHaveLength(1);
    });
  });
});
