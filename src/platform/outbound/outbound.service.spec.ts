import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { testConfig } from '../../../test/support/security-module.js';
import { guardedAgent, type Lookup } from './guarded-agent.js';
import { OutboundError, type OutboundFailure } from './outbound-error.js';
import { OutboundPolicy } from './outbound-policy.service.js';
import { Outbound } from './outbound.service.js';

describe('Outbound', () => {
  const servers: Server[] = [];
  const clients: Outbound[] = [];
  let hits = 0;
  beforeEach(() => (hits = 0));
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.onModuleDestroy()));
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  const serve = async (listener: RequestListener, host = '127.0.0.1') => {
    const server = createServer((incoming, answer) => {
      hits += 1;
      listener(incoming, answer);
    });
    server.listen(0, host);
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };

  const outbound = (allow = '') => {
    const client = new Outbound(new OutboundPolicy(testConfig({ OUTBOUND_ALLOW: allow })));
    clients.push(client);
    return client;
  };

  const failure = async (answer: Promise<unknown>): Promise<OutboundFailure> => {
    const error = await answer.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof OutboundError)) throw new Error(`Not a failure: ${String(error)}`);
    return error.failure;
  };

  it('reaches what is allowed, and hands over what it says', async () => {
    const port = await serve((incoming, answer) => {
      incoming.pipe(answer.writeHead(202, { 'x-said': incoming.headers['x-say'], vary: 'a' }));
    });
    const answer = await outbound('127.0.0.1').send(`http://127.0.0.1:${port}/a`, {
      method: 'POST',
      headers: { 'x-say': 'hello' },
      body: 'body',
    });
    expect(answer).toMatchObject({ status: 202, headers: { 'x-said': 'hello' }, truncated: false });
    expect(answer.body.toString()).toBe('body');
  });

  it('does not reach addresses of the network around it', async () => {
    const port = await serve((_incoming, answer) => answer.end());
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0.0.0.0'])
      expect(await failure(outbound().send(`http://${host}:${port}/`))).toBe('refused');
    expect(hits).toBe(0);
  });

  it('checks where redirects lead', async () => {
    const inner = await serve((_incoming, answer) => answer.end('secret'), '127.0.0.2');
    const outer = await serve((_incoming, answer) => {
      answer.writeHead(302, { location: `http://127.0.0.2:${inner}/` }).end();
    });
    const client = outbound('127.0.0.1');
    expect((await client.send(`http://127.0.0.1:${outer}/`)).status).toBe(302);
    expect(await failure(client.send(`http://127.0.0.1:${outer}/`, { redirects: 3 }))).toBe('refused');
    expect(hits).toBe(2);
    const open = await outbound('127.0.0.0/8').send(`http://127.0.0.1:${outer}/`, { redirects: 3 });
    expect(open.body.toString()).toBe('secret');
  });

  it('ends a ring of redirects', async () => {
    const port = await serve((_incoming, answer) => answer.writeHead(307, { location: '/again' }).end());
    const client = outbound('127.0.0.1');
    const answer = client.send(`http://127.0.0.1:${port}/`, { redirects: 3 });
    expect(await failure(answer)).toBe('too_many_redirects');
    expect(hits).toBe(4);
  });

  it('bounds the size of an answer', async () => {
    const port = await serve((_incoming, answer) => {
      const more = () => {
        while (!answer.destroyed && answer.write('x'.repeat(10_000)));
      };
      answer.on('drain', more);
      more();
    });
    const url = `http://127.0.0.1:${port}/`;
    const client = outbound('127.0.0.1');
    expect(await failure(client.send(url, { maxBytes: 1000 }))).toBe('too_large');
    const { body, truncated } = await client.send(url, { maxBytes: 1000, truncate: true });
    expect({ size: body.length, truncated }).toEqual({ size: 1000, truncated: true });
  });

  it.each(['silent', 'slow'])('gives up on a host that is %s', async (how) => {
    const port = await serve((_incoming, answer) => {
      if (how === 'slow') answer.write('x');
    });
    const answer = outbound('127.0.0.1').send(`http://127.0.0.1:${port}/`, { timeoutMs: 100 });
    expect(await failure(answer)).toBe('timeout');
  });

  it('says that nobody is there', async () => {
    const port = await serve(() => undefined);
    servers[0].close();
    expect(await failure(outbound('127.0.0.1').send(`http://127.0.0.1:${port}/`))).toBe('unreachable');
  });

  describe('with a name that changes its address', () => {
    const names = (...answers: string[][]): Lookup => {
      return (_host, _options, found) => {
        const [addresses] = answers.length > 1 ? answers.splice(0, 1) : answers;
        found(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      };
    };
    const call = async (lookup: Lookup, port: number, allow = '') => {
      const agent = guardedAgent(new OutboundPolicy(testConfig({ OUTBOUND_ALLOW: allow })), lookup);
      try {
        const answer = await request(`http://rebinding.example:${port}/`, { dispatcher: agent });
        await answer.body.dump();
        return answer.statusCode;
      } finally {
        await agent.destroy();
      }
    };

    it('connects to the address that it has checked', async () => {
      const port = await serve((_incoming, answer) => answer.end());
      await expect(call(names(['127.0.0.1']), port)).rejects.toMatchObject({ failure: 'refused' });
      await expect(call(names(['169.254.169.254', '::ffff:127.0.0.1']), port)).rejects.toMatchObject({
        failure: 'refused',
      });
      expect(hits).toBe(0);
      expect(await call(names(['127.0.0.1']), port, '127.0.0.1')).toBe(200);
      // Of several addresses only those that are allowed are tried.
      expect(await call(names(['127.0.0.2', '127.0.0.1']), port, '127.0.0.1')).toBe(200);
    });
  });
});
