import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';

const NOTES = '/service/storage/v1/notes';

describe('storage: denial of service', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    await app.client.post(NOTES, { _id: 'n1', text: 'a'.repeat(5000), n: 1 });
  });
  afterAll(() => app?.stop());
  // Whatever was sent before: the server still answers.
  afterEach(async () => expect((await app.client.get(`${NOTES}/n1`)).status).toBe(200));

  const pipeline = (...stages: unknown[]) =>
    app.client.post<Problem>(`${NOTES}/aggregate`, { pipeline: stages });
  const nest = (levels: number, open: string, inner: string, close: string) =>
    open.repeat(levels) + inner + close.repeat(levels);

  it.each([
    ['$and', nest(5000, '{"$and":[', '{"a":1}', ']}')],
    ['$or', nest(5000, '{"$or":[', '{"a":1}', ']}')],
    ['$not', `{"a":${nest(5000, '{"$not":', '{"$gt":1}', '}')}}`],
    ['$elemMatch', `{"a":${nest(5000, '{"$elemMatch":', '{"$gt":1}', '}')}}`],
    ['$expr', `{"$expr":${nest(5000, '{"$not":[', 'true', ']}')}}`],
    ['a literal', `{"a":${nest(5000, '{"b":', '1', '}')}}`],
  ])(
    'deeply nested %s is refused at once (cgxm-vr2f-6fj8, 9xp9-j92r-p88v, 9fjp-q3c4-6w3j)',
    async (_name, query) => {
      const answer = await app.client.delete<Problem>(NOTES, `{"query":${query}}`);
      expect(answer.body).toMatchObject({ status: 400, code: 'nested_too_deep' });
    },
  );

  it('nesting within the limit of JSON, but over that of queries, is refused', async () => {
    const query = JSON.parse(nest(15, '{"$and":[', '{"a":1}', ']}')) as unknown;
    for (const answer of await Promise.all([
      app.client.get<Problem>(NOTES, { query }),
      app.client.delete<Problem>(NOTES, { query }),
      pipeline({ $match: query }),
    ]))
      expect(answer.body).toMatchObject({ status: 400, code: 'query_refused' });
  });

  it('deeply nested documents and pipelines are refused (6qh5-m6g3-xhq6)', async () => {
    const document = nest(5000, '{"a":', '1', '}');
    expect((await app.client.post<Problem>(NOTES, document)).body.code).toBe('nested_too_deep');
    const facets = nest(5000, '[{"$facet":{"a":', '[]', '}}]');
    const answer = await app.client.post<Problem>(`${NOTES}/aggregate`, `{"pipeline":${facets}}`);
    expect(answer.body.code).toBe('nested_too_deep');
    const path = new Array(5000).fill('a').join('.');
    const deepPath = await app.client.patch<Problem>(`${NOTES}/n1`, { document: { $set: { [path]: 1 } } });
    expect(deepPath.body.code).toBe('update_refused');
    expect((await pipeline({ $project: { a: `$${path}` } })).body.code).toBe('query_refused');
  });

  it('JSON of 10 MB of "[" costs nothing', async () => {
    const answer = await app.client
      .with({ 'content-type': 'application/json' })
      .send<Problem>('POST', NOTES, '['.repeat(10_000_000));
    expect(answer.body).toMatchObject({ status: 400, code: 'nested_too_deep' });
  });

  it.each(['(a+)+$', '(a*)*b', '(a|a)+$', '(.*.*.*.*.*)=', '([a-z]+)*[0-9]', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    'the catastrophic pattern %s hangs neither the server nor the database (mf3j-86qx-cq5j, 827p-g5x5-h86c)',
    async (pattern) => {
      for (const answer of await Promise.all([
        app.client.get(NOTES, { query: { text: { $regex: pattern } } }),
        pipeline({ $match: { text: { $not: { $regex: pattern, $options: 'i' } } } }),
      ]))
        expect([200, 400, 422]).toContain(answer.status);
    },
  );

  it('an invalid pattern does not end the process (38m6-82c8-4xfm)', async () => {
    for (const pattern of [
      '[',
      '(?',
      '\\',
      '{',
      '*'.repeat(512),
      '('.repeat(512),
      `(${'a?'.repeat(200)}){1000}`,
      'x'.repeat(513),
    ]) {
      const answer = await app.client.get<Problem>(NOTES, { query: { text: { $regex: pattern } } });
      expect([200, 400]).toContain(answer.status);
    }
  });

  it('many patterns in one query are refused', async () => {
    const list = new Array(500).fill({ $regularExpression: { pattern: 'a{1,1000}', options: '' } });
    const answer = await app.client.delete<Problem>(NOTES, { query: { text: { $in: list } } });
    expect(answer.body).toMatchObject({ status: 400, code: 'query_refused' });
  });

  describe('nothing is unbounded (cmj3-wx7h-ffvg, #10265)', () => {
    it('page size', async () => {
      for (const limit of ['1001', '0', '-1', '1e9', '99999999999999999999', 'Infinity'])
        expect((await app.client.get<Problem>(NOTES, { limit })).body.code).toBe('validation_failed');
    });

    it('skip', async () => {
      for (const skip of ['-1', '1e99', '9007199254740993'])
        expect((await app.client.get<Problem>(NOTES, { skip })).body.code).toBe('validation_failed');
    });

    it('in-list, branches and conditions', async () => {
      const many = <T>(value: T) => new Array<T>(1001).fill(value);
      for (const query of [
        { n: { $in: many(1) } },
        { n: { $nin: many(1) } },
        { n: { $all: many(1) } },
        { $or: many({ n: 1 }) },
        { $and: many({ n: 1 }) },
        { $expr: { $or: many(true) } },
        Object.fromEntries(many(1).map((_, at) => [`f${at}`, 1])),
        { $or: new Array(999).fill({ $or: new Array(999).fill({ n: 1 }) }) },
      ]) {
        const answer = await app.client.delete<Problem>(NOTES, { query });
        expect(answer.body).toMatchObject({ status: 400, code: 'query_refused' });
      }
    });

    it('stages, sub-pipelines and $facet fan-out', async () => {
      const limit = { $limit: 1 };
      const stages = (count: number) => new Array<object>(count).fill(limit);
      expect((await pipeline(...stages(51))).body.code).toBe('query_refused');
      const fan = Object.fromEntries(Array.from({ length: 26 }, (_, at) => [`f${at}`, stages(2)]));
      expect((await pipeline({ $facet: fan })).body.code).toBe('query_refused');
      expect((await pipeline({ $unionWith: { coll: 'notes', pipeline: stages(50) } })).body.code).toBe(
        'query_refused',
      );
    });

    it('batch and document', async () => {
      const batch = await app.client.post<Problem>(NOTES, new Array(1001).fill({}));
      expect(batch.body).toMatchObject({ status: 400, code: 'validation_failed' });
      const fat = await app.client.patch<Problem>(`${NOTES}/n1`, {
        document: { $set: { list: new Array(1_500_000).fill(1) } },
      });
      expect(fat.body).toMatchObject({ status: 400, code: 'update_refused' });
      const body = await app.client.post<Problem>(NOTES, { text: 'x'.repeat(17 * 1024 ** 2) });
      expect(body.body).toMatchObject({ status: 413, code: 'body_too_large' });
    });

    it('result set, in documents and in bytes', async () => {
      const path = '/service/storage/v1/large';
      const text = 'x'.repeat(5 * 1024 ** 2);
      for (let n = 0; n < 4; n += 1) expect((await app.client.post(path, { n, text })).status).toBe(201);
      const list = await app.client.get<Problem>(path);
      expect(list.body).toMatchObject({ status: 422, code: 'result_too_large' });
      const aggregated = await app.client.post<Problem>(`${path}/aggregate`, { pipeline: [] });
      expect(aggregated.body).toMatchObject({ status: 422, code: 'result_too_large' });
      expect((await app.client.get<object[]>(path, { keys: { n: 1 } })).body).toHaveLength(4);
      expect((await app.client.get<object[]>(path, { limit: 2 })).body).toHaveLength(2);
    });
  });
});
