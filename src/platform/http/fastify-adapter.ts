import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.js';
import type { ErrorCode } from '../errors/catalogue.js';
import { CoglexError } from '../errors/coglex-error.js';
import { problemOf, PROBLEM_JSON } from '../errors/problem.js';
import { toCoglexError } from '../errors/to-coglex-error.js';
import { parseJson } from './json.js';

/** What a caller may send as `X-Request-Id`; anything else is replaced, so that it cannot forge log lines. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Fastify with this server's limits, JSON parser and request ids. */
export function createFastifyAdapter(config: Config): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: config.MAX_CONTENT_LENGTH,
    trustProxy: trustedProxies(config),
    genReqId: ({ headers }: IncomingMessage) => {
      const sent = headers['x-request-id'];
      return typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID();
    },
    requestTimeout: config.HTTP_REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.HTTP_KEEP_ALIVE_MS,
    http: {
      headersTimeout: Math.min(config.HTTP_REQUEST_TIMEOUT_MS, 20_000),
      connectionsCheckingInterval: 1000,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(toCoglexError(error), request.id);
      void reply
        .status(problem.status)
        .header('X-Request-Id', request.id)
        .type(PROBLEM_JSON)
        .send(JSON.stringify(problem));
    },
    clientErrorHandler: refuseBrokenRequest,
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    // An empty body is none: generated clients send the content type with DELETE as well.
    async (_request: FastifyRequest, body: string) =>
      body === '' ? undefined : parseJson(body, config.MAX_JSON_DEPTH),
  );
  return adapter;
}

function trustedProxies({ TRUST_PROXY: proxies }: Config): boolean | string[] {
  if (proxies.length === 0 || proxies[0] === 'false') return false;
  return proxies[0] === 'true' ? true : proxies;
}

const BROKEN_REQUESTS = new Map<string | undefined, ErrorCode>([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request_timeout'],
  ['HPE_HEADER_OVERFLOW', 'headers_too_large'],
]);

/** Answers what Node could not parse as HTTP; there is no request yet, so the answer is written by hand. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = problemOf(new CoglexError(BROKEN_REQUESTS.get(error.code) ?? 'bad_request'), randomUUID());
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${PROBLEM_JSON}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.requestId}`,
    'Connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
