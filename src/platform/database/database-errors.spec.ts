import { mongo, MongooseError } from 'mongoose';
import { databaseError } from './database-errors.js';

const HIDDEN = 'E11000 hidden at 10.0.0.1:27017';
const server = (code: number, more: object = {}) =>
  new mongo.MongoServerError({ message: HIDDEN, errmsg: HIDDEN, code, ...more });

describe('databaseError', () => {
  it.each([
    ['a broken line', new mongo.MongoNetworkError(HIDDEN)],
    ['a silent line', new mongo.MongoNetworkTimeoutError(HIDDEN)],
    ['a client that never connected', new mongo.MongoNotConnectedError(HIDDEN)],
    ['a client that was closed', new mongo.MongoClientClosedError()],
    ['a topology that was closed', new mongo.MongoTopologyClosedError(HIDDEN)],
    [
      'a model before the first connection',
      new MongooseError('Cannot call `x.find()` before initial connection is complete'),
    ],
    [
      'a socket that broke while the driver waited to write',
      Object.assign(new Error(HIDDEN), { code: 'EPIPE' }),
    ],
    ['a primary that stepped down', server(10107)],
    ['a server that shuts down', server(91)],
    ['what the server says may be tried again', server(999, { errorLabels: ['RetryableWriteError'] })],
  ])('%s: the database is not available', (_what, error) => {
    const problem = databaseError(error);
    expect(problem).toMatchObject({
      code: 'database_unavailable',
      status: 503,
      headers: { 'Retry-After': expect.stringMatching(/^\d+$/) as string },
      cause: error,
    });
    expect(problem?.detail).not.toContain('hidden');
  });

  it('takes a server that was not found for an outage', async () => {
    const nobody = 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=10';
    const error: unknown = await mongo.MongoClient.connect(nobody).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(mongo.MongoServerSelectionError);
    expect(databaseError(error)?.code).toBe('database_unavailable');
  });

  it('takes a full pool for an outage as well', () => {
    const error = new mongo.MongoDriverError(HIDDEN);
    Object.defineProperty(error, 'name', { value: 'MongoWaitQueueTimeoutError' });
    expect(databaseError(error)?.code).toBe('database_unavailable');
  });

  it.each([
    [11000, 'duplicate_key', 409],
    [50, 'query_timeout', 422],
    [146, 'result_too_large', 422],
    [292, 'result_too_large', 422],
    [10334, 'result_too_large', 422],
    [28, 'update_refused', 400],
    [40, 'update_refused', 400],
    [66, 'update_refused', 400],
    [121, 'document_refused', 400],
    [2, 'query_refused', 400],
    [9, 'query_refused', 400],
    [14, 'query_refused', 400],
    [40324, 'query_refused', 400],
    [5107201, 'query_refused', 400],
  ])('code %d of the server: %s, without its text', (code, expected, status) => {
    const problem = databaseError(server(code));
    expect(problem).toMatchObject({ code: expected, status });
    expect(`${problem?.detail} ${JSON.stringify(problem?.errors)}`).not.toMatch(/hidden|E11000|10\.0/);
  });

  it.each([1, 8, 13, 18, 59, 211, 8000, Number.NaN])('code %d is no fault of the caller', (code) => {
    expect(databaseError(server(code))).toBeUndefined();
  });

  it('names the fields that must be unique, and no values', () => {
    const keyPattern = { _key: 1, 'address.zip': 1 };
    const problem = databaseError(server(11000, { keyPattern, keyValue: { _key: 'hidden' } }));
    expect(problem).toMatchObject({
      detail: 'Another document has the same _key, address.zip.',
      errors: [
        { field: '/_key', message: 'must be unique' },
        { field: '/address/zip', message: 'must be unique' },
      ],
    });
  });

  it.each([new mongo.MongoInvalidArgumentError(HIDDEN), new mongo.BSON.BSONError(HIDDEN)])(
    'what the driver cannot send is a bad request: %s',
    (error) => {
      expect(databaseError(error)).toMatchObject({
        code: 'bad_request',
        detail: 'The database cannot take what was sent.',
      });
    },
  );

  it.each([
    new Error(HIDDEN),
    Object.assign(new Error(HIDDEN), { code: 'ENOENT' }),
    new MongooseError(HIDDEN),
    HIDDEN,
    undefined,
  ])('knows nothing of %s', (error) => {
    expect(databaseError(error)).toBeUndefined();
  });
});
