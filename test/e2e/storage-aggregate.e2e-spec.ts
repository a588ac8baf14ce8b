import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';

describe('storage: aggregation', () => {
  let app: TestApp;
  const base = '/service/storage/v1';
  const aggregate = (pipeline: unknown, collection = 'orders') =>
    app.client.post<Record<string, unknown>[] & Problem>(`${base}/${collection}/aggregate`, { pipeline });

  beforeAll(async () => {
    app = await TestApp.start();
    await app.client.post(`${base}/orders`, [
      { _id: 'o1', customer: 'ada', total: 10, lines: ['pen', 'ink'] },
      { _id: 'o2', customer: 'ada', total: 5, lines: ['pen'] },
      { _id: 'o3', customer: 'bob', total: 7, lines: [] },
    ]);
    await app.client.post(`${base}/customers`, [
      { _id: 'ada', name: 'Ada Lovelace' },
      { _id: 'bob', name: 'Bob' },
    ]);
  });
  afterAll(() => app?.stop());

  it('matches, groups and sorts', async () => {
    const answer = await aggregate([
      { $match: { total: { $gte: 5 } } },
      { $group: { _id: '$customer', count: { $sum: 1 }, total: { $sum: '$total' } } },
      { $sort: { total: -1 } },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      { _id: 'ada', count: 2, total: 15 },
      { _id: 'bob', count: 1, total: 7 },
    ]);
  });

  it('understands ISO dates and ObjectIds of server fields at its head', async () => {
    const since = await aggregate([
      { $match: { _inserted: { $gt: '2020-01-01T00:00:00Z' } } },
      { $count: 'n' },
    ]);
    expect(since.body).toEqual([{ n: 3 }]);
    const later = await aggregate([{ $sort: { _id: 1 } }, { $match: { _inserted: { $lt: '2020-01-01' } } }]);
    expect(later.body).toEqual([]);
  });

  it('unwinds and counts', async () => {
    const answer = await aggregate([
      { $unwind: '$lines' },
      { $group: { _id: '$lines', n: { $sum: 1 } } },
      { $sort: { _id: 1 } },
    ]);
    expect(answer.body).toEqual([
      { _id: 'ink', n: 1 },
      { _id: 'pen', n: 2 },
    ]);
  });

  it('computes with expressions', async () => {
    const answer = await aggregate([
      { $match: { _id: 'o1' } },
      {
        $project: {
          _id: 0,
          price: { $multiply: ['$total', 1.5] },
          first: { $arrayElemAt: ['$lines', 0] },
          label: { $cond: { if: { $gt: ['$total', 8] }, then: 'big', else: 'small' } },
          pens: {
            $filter: { input: '$lines', as: 'line', cond: { $regexMatch: { input: '$$line', regex: '^p' } } },
          },
        },
      },
    ]);
    expect(answer.body).toEqual([{ price: 15, first: 'pen', label: 'big', pens: ['pen'] }]);
  });

  it('joins another collection', async () => {
    const answer = await aggregate([
      { $match: { _id: 'o3' } },
      { $lookup: { from: 'customers', localField: 'customer', foreignField: '_id', as: 'who' } },
      { $project: { _id: 1, who: '$who.name' } },
    ]);
    expect(answer.body).toEqual([{ _id: 'o3', who: ['Bob'] }]);
  });

  it('answers an empty list for a collection that does not exist', async () => {
    const answer = await aggregate([{ $match: {} }], 'nothing');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([]);
  });

  it('runs an empty pipeline', async () => {
    expect((await aggregate([])).body).toHaveLength(3);
  });

  it('refuses a result of more than 1000 documents, instead of cutting it', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({ n }));
    await app.client.post(`${base}/many`, many);
    expect((await aggregate([], 'many')).body).toHaveLength(1000);
    await app.client.post(`${base}/many`, { n: 1000 });
    const answer = await aggregate([{ $match: {} }], 'many');
    expect(answer.status).toBe(422);
    expect(answer.body.code).toBe('result_too_large');
    expect(answer.body.detail).toContain('$limit');
    expect((await aggregate([{ $limit: 1000 }], 'many')).body).toHaveLength(1000);
  });

  it.each([[undefined], [null]])('demands a pipeline, not %j', async (pipeline) => {
    expect((await aggregate(pipeline)).body).toMatchObject({ status: 400, code: 'validation_failed' });
  });

  it.each([
    [{ $match: {} }],
    ['text'],
    [[[]]],
    [['$match']],
    [[{}]],
    [[{ $match: {}, $limit: 1 }]],
    [[{ $match: [] }]],
    [[{ $limit: -1 }]],
    [[{ $limit: '1' }]],
    [[{ $sort: { a: 'asc' } }]],
    [[{ $group: { _id: null, n: 1 } }]],
    [[{ $group: { _id: null, n: { $multiply: [1, 2] } } }]],
    [[{ $unwind: 'lines' }]],
    [[{ $lookup: { localField: 'a', foreignField: 'b', as: 'c' } }]],
    [[{ $lookup: { from: 'customers', as: 'c', unwinding: {} } }]],
    [[{ $project: { a: '$$nobody' } }]],
    [[{ $project: { a: { $add: [1, 2], $subtract: [1, 2] } } }]],
    [[{ $noSuchStage: {} }]],
  ])('refuses the pipeline %j', async (pipeline) => {
    const answer = await aggregate(pipeline);
    expect(answer.body).toMatchObject({ status: 400, code: 'query_refused' });
    expect(answer.body.errors?.[0].field).toMatch(/^\/pipeline/);
  });

  it('refuses other members of the body and other parameters', async () => {
    const body = await app.client.post<Problem>(`${base}/orders/aggregate`, {
      pipeline: [],
      allowDiskUse: true,
    });
    expect(body.body).toMatchObject({ status: 400, code: 'validation_failed' });
    const parameter = await app.client.post<Problem>(
      `${base}/orders/aggregate`,
      { pipeline: [] },
      { explain: true },
    );
    expect(parameter.body).toMatchObject({ status: 400, code: 'validation_failed' });
  });
});
