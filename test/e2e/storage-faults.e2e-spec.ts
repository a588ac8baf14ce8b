import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MongoClient } from 'mongodb';
import type { Problem } from '../support/api-client.js';
import { TestApp, testDatabaseUri } from '../support/test-app.js';

/** What happens to an insert on its way: it gets lost, its answer gets lost, or the database goes away for good. */
type Fault = 'none' | 'lose request' | 'lose answer' | 'lose answer and database';

/** A proxy before the test database that breaks connections when an insert comes along. */
class FaultyNetwork {
  fault: Fault = 'none';
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FaultyNetwork> {
    const [{ host, port, socketPath }] = new MongoClient(testDatabaseUri()).options.hosts;
    const target = socketPath === undefined ? { host, port: port ?? 27017 } : { path: socketPath };
    const server = createServer((client) => network.relay(client, connect(target)));
    const network = new FaultyNetwork(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return network;
  }

  get uri(): string {
    return `mongodb://127.0.0.1:${(this.server.address() as AddressInfo).port}/?directConnection=true`;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private relay(client: Socket, database: Socket): void {
    let losesAnswer = false;
    for (const socket of [client, database]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => [client, database].forEach((one) => one.destroy()));
    }
    client.on('data', (data) => {
      const isInsert = data.includes('\u0002insert\0');
      if (isInsert && this.fault === 'lose request') return client.destroy();
      losesAnswer ||= isInsert && this.fault.startsWith('lose answer');
      return database.write(data);
    });
    database.on('data', (data) => {
      if (!losesAnswer) return client.write(data);
      if (this.fault === 'lose answer and database') return this.stop();
      return client.destroy();
    });
  }
}

describe('storage: when the database fails', () => {
  let network: FaultyNetwork;
  let app: TestApp;
  const path = '/service/storage/v1/notes';

  beforeEach(async () => {
    network = await FaultyNetwork.start();
    app = await TestApp.start({ env: { MONGODB_URI: network.uri } });
    // Opens the connection on which the fault will strike.
    expect((await app.client.post(path, { _id: 'before' })).status).toBe(201);
  });
  afterEach(async () => {
    await app?.stop();
    network.stop();
  });

  const documents = [{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }];
  const stored = async () =>
    (await app.db.collection('notes').find().toArray()).map(({ _id }) => String(_id)).sort();

  it('answers 201 when only the answer of the database was lost', async () => {
    network.fault = 'lose answer';
    const answer = await app.client.post(path, documents);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ inserted: 3, ids: ['a', 'b', 'c'] });
    expect(await stored()).toEqual(['a', 'b', 'before', 'c']);
  });

  it('answers 503 naming what is not known to be stored when the request was lost', async () => {
    network.fault = 'lose request';
    const answer = await app.client.post<Problem>(path, documents);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.body).toMatchObject({
      code: 'database_unavailable',
      inserted: [],
      unknown: ['a', 'b', 'c'],
    });
    expect(await stored()).toEqual(['before']);
  });

  it('does not count documents that were there before', async () => {
    network.fault = 'lose request';
    const answer = await app.client.post<Problem>(path, [{ _id: 'new' }, { _id: 'before' }]);
    expect(answer.body).toMatchObject({ status: 503, inserted: [], unknown: ['new', 'before'] });
  });

  it('promises nothing when the database is gone as well', async () => {
    network.fault = 'lose answer and database';
    const answer = await app.client.post<Problem>(path, documents);
    expect(answer.body).toMatchObject({
      status: 503,
      code: 'database_unavailable',
      inserted: [],
      unknown: ['a', 'b', 'c'],
    });
  });

  it('answers 503 on every route while the database is away', async () => {
    network.stop();
    const routes: [string, string, unknown?][] = [
      ['GET', path],
      ['GET', `${path}/before`],
      ['POST', path, { a: 1 }],
      ['POST', path, [{ a: 1 }, { a: 2 }]],
      ['PATCH', `${path}/before`, { document: { $set: { a: 1 } } }],
      ['PATCH', path, { document: { $set: { a: 1 } }, query: {} }],
      ['DELETE', `${path}/before`],
      ['DELETE', path, { query: {} }],
      ['POST', `${path}/aggregate`, { pipeline: [] }],
    ];
    const answers = await Promise.all(
      routes.map(([method, to, body]) => app.client.send<Problem>(method, to, body)),
    );
    for (const answer of answers) {
      expect(answer.body).toMatchObject({ status: 503, code: 'database_unavailable' });
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|ECONN|topology/i);
    }
  });
});
