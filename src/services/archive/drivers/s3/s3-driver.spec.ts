import { Readable } from 'node:stream';
import { itConforms } from '../../../../../test/support/driver-conformance.js';
import { S3_ACCESS_KEY, S3_BUCKET, S3_SECRET_KEY, S3Server } from '../../../../../test/support/s3-server.js';
import { SafeDriver } from '../safe-driver.js';
import { S3Driver } from './s3-driver.js';

describe('S3Driver', () => {
  let server: S3Server;
  let driver: SafeDriver;
  const open = (secretAccessKey = S3_SECRET_KEY) =>
    new SafeDriver(
      new S3Driver({
        bucket: S3_BUCKET,
        client: {
          endpoint: server.endpoint,
          region: 'us-east-1',
          credentials: { accessKeyId: S3_ACCESS_KEY, secretAccessKey },
          maxAttempts: 1,
        },
      }),
    );
  beforeAll(async () => {
    server = await S3Server.start();
    driver = open();
  });
  afterAll(async () => {
    await driver.close();
    await server.stop();
  });

  itConforms(() => driver);

  const stage = (...sizes: number[]) =>
    driver.stage(
      'own',
      Readable.from(
        sizes.map((size) => Buffer.alloc(size, 'x')),
        { objectMode: false },
      ),
    );

  it('sends little in one request, and much in parts', async () => {
    server.requests.length = 0;
    await (await stage(100)).discard();
    expect(server.requests).toEqual(['PUT ', 'DELETE ']);
    server.requests.length = 0;
    await (await stage(9_000_000, 9_000_000, 10)).discard();
    // Between them it is asked for a sign of life when it is slow.
    expect(server.requests.filter((request) => !request.startsWith('GET list-type'))).toEqual([
      'POST uploads',
      'PUT partNumber,uploadId',
      'PUT partNumber,uploadId',
      'PUT partNumber,uploadId',
      'POST uploadId',
      'DELETE ',
    ]);
  });

  it('leaves no parts of an upload that broke off, and sweeps those of a process that died', async () => {
    async function* broken() {
      yield await Promise.resolve(Buffer.alloc(20_000_000));
      throw new Error('gone');
    }
    await expect(driver.stage('own', Readable.from(broken(), { objectMode: false }))).rejects.toThrow('gone');
    expect(server.uploads.size).toBe(0);
    server.uploads.set('old', { key: 'own/old', parts: new Map(), initiated: new Date(0) });
    server.uploads.set('new', { key: 'own/new', parts: new Map(), initiated: new Date() });
    await driver.sweep('own', new Date(1000));
    expect([...server.uploads.keys()]).toEqual(['new']);
  });

  it('fails with a wrong secret', async () => {
    const other = open('wrong');
    await expect(other.read('own/a')).rejects.toThrow('SignatureDoesNotMatch');
    await other.close();
  });
});
