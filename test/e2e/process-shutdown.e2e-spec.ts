import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseProxy } from '../support/database-proxy.js';
import { RawConnection } from '../support/raw-connection.js';
import { ServerProcess } from '../support/server-process.js';

const HOST = 'Host: coglex\r\n';
/** Orchestrators kill after this time, in milliseconds. */
const PATIENCE_MS = 10_000;

jest.setTimeout(30_000);

/** Connects again and again until nobody listens any more. */
async function untilRefused(url: string): Promise<void> {
  for (;;)
    try {
      (await RawConnection.open(url)).destroy();
      await sleep(50);
    } catch (error) {
      expect(String(error)).toContain('ECONNREFUSED');
      return;
    }
}

describe('SIGTERM', () => {
  let proxy: DatabaseProxy;
  let server: ServerProcess;

  beforeEach(async () => {
    proxy = await DatabaseProxy.start();
    server = await ServerProcess.start({ database: 'shared', env: { MONGODB_URI: proxy.uri } });
  });
  afterEach(async () => {
    await server.stop();
    await proxy.stop();
  });

  /** A request whose handler waits for the database until its probe gives up. */
  const requestInFlight = async () => {
    const connection = await RawConnection.open(server.url);
    proxy.stall();
    connection.write(`GET /health/ready HTTP/1.1\r\n${HOST}\r\n`);
    await sleep(200);
    return connection;
  };

  it('lets a request finish that is in flight, and then closes its connection', async () => {
    const connection = await requestInFlight();
    server.signal('SIGTERM');
    const { status, headers, body } = await connection.answer();
    expect(status).toBe(503);
    expect(headers.connection).toBe('close');
    expect(JSON.parse(body)).toMatchObject({ services: { database: 'unhealthy' } });
    await connection.closed;
    expect(await server.exit).toEqual({ code: 0, signal: null });
  });

  it('lets a body finish that is still on its way', async () => {
    const connection = await RawConnection.open(server.url);
    const body = JSON.stringify({ name: 'lamp' });
    connection.write(
      `POST /service/storage/v1/things HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n` +
        `X-API-Key: ${server.secret}\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await sleep(200);
    server.signal('SIGTERM');
    await sleep(200);
    connection.write(body.slice(5));
    const answer = await connection.answer();
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.body)).toMatchObject({ inserted: 1 });
    expect(await server.exit).toEqual({ code: 0, signal: null });
  });

  it('refuses new requests and new connections meanwhile', async () => {
    const kept = await RawConnection.open(server.url);
    kept.write(`GET /health/live HTTP/1.1\r\n${HOST}\r\n`);
    await kept.answer();
    // Half a request: the connection is not idle, so it is not closed at once.
    kept.write('GET /health/live HTTP/1.1\r\n');
    const busy = await requestInFlight();
    server.signal('SIGTERM');
    await sleep(200);

    kept.write(`${HOST}\r\n`);
    const { status, headers, body } = await kept.answer();
    expect(status).toBe(503);
    expect(headers).toMatchObject({
      connection: 'close',
      'content-type': expect.stringMatching(/^application\/problem\+json/) as string,
      'retry-after': expect.stringMatching(/^\d+$/) as string,
      'x-content-type-options': 'nosniff',
    });
    expect(JSON.parse(body)).toMatchObject({ code: 'shutting_down' });
    // The socket closes once every part of the program has been told.
    await untilRefused(server.url);
    await busy.answer();
    expect(await server.exit).toEqual({ code: 0, signal: null });
  });

  it('does not wait for idle keep-alive connections', async () => {
    const idle = await Promise.all(Array.from({ length: 5 }, () => RawConnection.open(server.url)));
    for (const connection of idle.slice(1)) {
      connection.write(`GET /health/live HTTP/1.1\r\n${HOST}\r\n`);
      await connection.answer();
    }
    const started = Date.now();
    expect(await server.end()).toEqual({ code: 0, signal: null });
    expect(Date.now() - started).toBeLessThan(PATIENCE_MS / 2);
    await Promise.all(idle.map(({ closed }) => closed));
  });

  it('ends in time although a request never does', async () => {
    const connection = await RawConnection.open(server.url);
    connection.write(
      `POST /service/storage/v1/things HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{`,
    );
    await sleep(100);
    const started = Date.now();
    expect(await server.end()).toEqual({ code: 0, signal: null });
    expect(Date.now() - started).toBeLessThan(PATIENCE_MS);
  });

  it('ends in time although the database is silent', async () => {
    proxy.stall();
    expect(await server.end()).toEqual({ code: 0, signal: null });
  });

  it('may come twice', async () => {
    const connection = await requestInFlight();
    server.signal('SIGTERM');
    server.signal('SIGTERM');
    await sleep(200);
    server.signal('SIGINT');
    expect((await connection.answer()).status).toBe(503);
    expect(await server.exit).toEqual({ code: 0, signal: null });
  });
});
