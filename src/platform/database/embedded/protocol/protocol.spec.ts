import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { MongoClient } from 'mongodb';
import { encode } from '../bson/codec.js';
import { message, RawClient, sequence } from '../testing/raw-client.js';
import { TemporaryEngine } from '../testing/temporary-engine.js';
import { crc32c } from './crc32c.js';
import { OP_MSG, OP_QUERY, OP_REPLY, writeFrame } from './frames.js';
import { ProtocolServer } from './server.js';
import { silentLogger } from '../logger.js';

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

describe('protocol', () => {
  let server: TemporaryEngine;
  const clients: RawClient[] = [];

  beforeAll(async () => {
    server = await TemporaryEngine.start();
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(() => server.remove());

  async function connect(): Promise<RawClient> {
    const client = await RawClient.connect(server.engine.uri);
    clients.push(client);
    return client;
  }

  function legacy(command: object): Buffer {
    const head = Buffer.concat([Buffer.alloc(4), Buffer.from('admin.$cmd\0'), Buffer.alloc(8)]);
    return writeFrame(7, 0, OP_QUERY, head, encode({ ...command }));
  }

  it('answers requests in their order, also when they are sent ahead', async () => {
    const client = await connect();
    const ids = Array.from({ length: 100 }, (_, i) => i + 1);
    client.write(Buffer.concat(ids.map((id) => message(id, { ping: 1, $db: 'admin' }))));
    const answered: (number | undefined)[] = [];
    for (const _ of ids) answered.push((await client.receive())?.responseTo);
    expect(answered).toEqual(ids);
  });

  it('takes documents from sections beside the body', async () => {
    const client = await connect();
    const body = encode({ insert: 'sections', $db: 'test' });
    const documents = sequence('documents', [{ _id: 1 }, { _id: 2 }]);
    // In either order.
    client.write(writeFrame(1, 0, OP_MSG, Buffer.alloc(4), documents, Buffer.alloc(1), body));
    expect((await client.receive())?.body).toMatchObject({ n: 2 });
  });

  it('checks a checksum', async () => {
    const client = await connect();
    const unsigned = message(1, { ping: 1, $db: 'admin' }, CHECKSUM_PRESENT);
    const signed = Buffer.concat([unsigned, Buffer.alloc(4)]);
    signed.writeInt32LE(signed.length, 0);
    signed.writeUInt32LE(crc32c(signed.subarray(0, -4)), signed.length - 4);
    client.write(signed);
    expect((await client.receive())?.body).toMatchObject({ ok: expect.anything() as unknown });
    signed[signed.length - 1] ^= 1;
    client.write(signed);
    expect(await client.receive()).toBeUndefined();
  });

  it('does not answer where no answer is awaited', async () => {
    const client = await connect();
    client.send(1, { insert: 'silent', documents: [{ _id: 1 }], $db: 'test' }, MORE_TO_COME);
    client.send(2, { count: 'silent', $db: 'test' });
    expect(await client.receive()).toMatchObject({ responseTo: 2, body: { n: 1 } });
  });

  it('greets in the old form, and serves nothing else by it', async () => {
    const client = await connect();
    client.write(legacy({ isMaster: 1, helloOk: true }));
    expect(await client.receive()).toMatchObject({
      opCode: OP_REPLY,
      responseTo: 7,
      body: { ismaster: true, helloOk: true, maxWireVersion: 21 },
    });
    client.write(legacy({ listDatabases: 1 }));
    expect((await client.receive())?.body).toMatchObject({ code: 352 });
  });

  it('says that it is a standalone server with sessions', async () => {
    const hello = await (await connect()).request({ hello: 1, $db: 'admin' });
    expect(hello).toMatchObject({ isWritablePrimary: true, logicalSessionTimeoutMinutes: 30 });
    expect(hello).not.toHaveProperty('setName');
    expect(hello).not.toHaveProperty('topologyVersion');
  });

  it.each<[string, Buffer]>([
    ['a kind of message that it does not serve', writeFrame(1, 0, 2012, Buffer.alloc(20))],
    ['a flag that it must know and does not', message(1, { ping: 1 }, 4)],
    ['a message without flags', writeFrame(1, 0, OP_MSG)],
    ['a message without a body', writeFrame(1, 0, OP_MSG, Buffer.alloc(4))],
    [
      'two bodies',
      writeFrame(1, 0, OP_MSG, Buffer.alloc(5), encode({ ping: 1 }), Buffer.alloc(1), encode({})),
    ],
    ['a section of another kind', writeFrame(1, 0, OP_MSG, Buffer.alloc(4), Buffer.from([9]), encode({}))],
    [
      'a section that is cut off',
      writeFrame(1, 0, OP_MSG, Buffer.alloc(5), encode({ ping: 1 }).subarray(0, 9)),
    ],
    ['a malformed document', writeFrame(1, 0, OP_MSG, Buffer.alloc(5), Buffer.from([6, 0, 0, 0, 99, 0]))],
    ['a length that cannot be', Buffer.alloc(16, 0xff)],
    ['something else', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ])('closes only the connection that sends %s', async (_, bytes) => {
    const [client, other] = [await connect(), await connect()];
    client.write(bytes);
    expect(await client.receive()).toBeUndefined();
    expect(await other.request({ ping: 1, $db: 'admin' })).toBeDefined();
  });

  it('survives whatever bytes it is sent', async () => {
    const valid = message(1, { find: 'x', filter: { a: { $in: [1, 2] } }, $db: 'test' });
    const damaged = fc
      .array(fc.tuple(fc.integer({ min: 4, max: valid.length - 1 }), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      })
      .map((changes) => {
        const bytes = Buffer.from(valid);
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ minLength: 16, maxLength: 300 }), damaged), async (bytes) => {
        const client = await RawClient.connect(server.engine.uri);
        client.write(Buffer.from(bytes));
        client.socket.end();
        await client.receive();
        client.close();
      }),
      { numRuns: 200 },
    );
    expect(await (await connect()).request({ ping: 1, $db: 'admin' })).toBeDefined();
  });

  it('stops the work of a client that is gone', async () => {
    const numbers = server.collection('work');
    await numbers.insertMany(Array.from({ length: 400 }, (_, n) => ({ n })));
    const client = await connect();
    const lookup = { from: 'work', pipeline: [{ $match: { n: { $gte: 0 } } }], as: 'all' };
    const pipeline = [
      { $lookup: lookup },
      { $unwind: '$all' },
      { $group: { _id: '$all.n', n: { $sum: '$n' } } },
    ];
    client.send(1, { aggregate: 'work', pipeline, cursor: {}, comment: 'abandoned', $db: 'test' });
    const running = async (): Promise<number> => {
      const { inprog } = await server.client.db('admin').command({ currentOp: 1 });
      return (inprog as { ns: string }[]).filter(({ ns }) => ns === 'test.work').length;
    };
    while ((await running()) === 0) await new Promise(setImmediate);
    client.close();
    while ((await running()) > 0) await new Promise(setImmediate);
  });

  it('serves many connections', async () => {
    const many = await Promise.all(Array.from({ length: 100 }, connect));
    const answers = await Promise.all(many.map((client) => client.request({ ping: 1, $db: 'admin' })));
    expect(answers.every((answer) => answer !== undefined)).toBe(true);
    const status = await server.client.db('admin').command({ serverStatus: 1 });
    expect((status.connections as { current: number }).current).toBeGreaterThanOrEqual(100);
  });

  describe('endpoints', () => {
    it('is a socket for its owner alone', () => {
      const path = join(server.directory, 'engine.sock');
      expect(existsSync(path)).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    });

    it('may be a port of the loopback interface', async () => {
      const local = await TemporaryEngine.start({ host: '127.0.0.1', port: 0 });
      expect(local.engine.uri).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\//);
      expect(await local.db.command({ ping: 1 })).toBeDefined();
      await local.remove();
    });

    it('may not be reached from elsewhere', async () => {
      const listen = new ProtocolServer(() => Promise.resolve(Buffer.alloc(0)), silentLogger).listen(
        { host: '0.0.0.0' },
        server.directory,
      );
      await expect(listen).rejects.toThrow('loopback interface only');
    });

    it('has a short path where that of the directory is too long for a socket', async () => {
      const deep = join(server.directory, 'd'.repeat(60), 'e'.repeat(60));
      const nested = await TemporaryEngine.start({ directory: deep });
      expect(await nested.db.command({ ping: 1 })).toBeDefined();
      const client = await MongoClient.connect(nested.engine.uri);
      await client.close();
      await nested.stop();
    });
  });
});
