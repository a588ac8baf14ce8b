import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import { problemOf, PROBLEM_JSON } from '../errors/problem.js';
import { toCoglexError } from '../errors/to-coglex-error.js';
import { logRequest, logRequests } from '../logging/request-log.js';
import { refuseBrokenRequest } from './broken-request.js';
import { canonicalAddress, clientAddress, nameAddresses, trustOf } from './client-address.js';
import { checkKeys, parseJson } from './json.js';
import { takesRawBody } from './raw-body.js';
import { isUploading } from './slow-uploads.js';
import { passStreamedBodies } from './streamed-body.js';

/** What a caller may send as `X-Request-Id`; anything else is replaced, so that it cannot forge log lines. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Longest wait for the headers of a request, in milliseconds; the whole request may take longer. */
const HEADERS_TIMEOUT_MS = 20_000;

/** Largest body that is parsed, in bytes: no document that a database takes is larger. */
const MAX_PARSED_BYTES = 48 * 1024 ** 2;

/** Fastify with this server's limits, JSON parser, request ids and request log. */
export function createFastifyAdapter(config: Config, logger: Logger): FastifyAdapter {
  const trust = trustOf(config.TRUST_PROXY);
  const adapter = new FastifyAdapter({
    // What is parsed stands in memory as a whole; files stream, and have the setting alone for a limit.
    bodyLimit: Math.min(config.MAX_CONTENT_LENGTH, MAX_PARSED_BYTES),
    // For the other X-Forwarded headers; the address itself is request.address.
    trustProxy: trust && ((peer: string) => trust(canonicalAddress(peer) ?? '')),
    genReqId: ({ headers }: IncomingMessage) => {
      const sent = headers['x-request-id'];
      return typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID();
    },
    requestTimeout: config.HTTP_REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.HTTP_KEEP_ALIVE_MS,
    http: {
      headersTimeout: Math.min(config.HTTP_REQUEST_TIMEOUT_MS, HEADERS_TIMEOUT_MS),
      connectionsCheckingInterval: 1000,
      // Node's own refusal has no body; checkRequest() makes it a problem.
      requireHostHeader: false,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    // The router refuses a URL before any hook has run.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      // It is none of this server's requests yet, and lacks what those are decorated with.
      Object.defineProperty(request, 'address', { value: clientAddress(request.raw, trust) });
      reply.raw.once('close', () => logRequest(logger, request, reply));
      const refuse = (reason: unknown) => {
        const { status, problem, headers } = answerOf(toCoglexError(reason), request);
        void reply.status(status).headers(headers).type(PROBLEM_JSON).send(problem);
      };
      void Promise.resolve(fastify.countBroken?.(request)).then(() => refuse(error), refuse);
    },
    clientErrorHandler: (error, socket) => {
      if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT' || !isUploading(socket))
        refuseBrokenRequest(error, socket);
    },
  });
  const fastify = adapter.getInstance();
  nameAddresses(fastify, trust);
  logRequests(fastify, logger);
  nameRequests(fastify);
  parseJsonBodies(fastify, config.MAX_JSON_DEPTH);
  passStreamedBodies(fastify);
  // An expectation that nobody knows may be ignored (RFC 9110, section 10.1.1); Node would answer without a body.
  fastify.server.on('checkExpectation', (request, response) =>
    fastify.server.emit('request', request, response),
  );
  return adapter;
}

function answerOf(error: CoglexError, { id }: FastifyRequest) {
  const headers = { 'X-Request-Id': id, 'X-Content-Type-Options': 'nosniff', ...error.headers };
  return { status: error.status, problem: JSON.stringify(problemOf(error, id)), headers };
}

function nameRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done();
  });
}

/** Refuses what no route should see. Comes after the limits, so that it is counted; before the server is ready. */
export function checkRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    try {
      if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
        throw new CoglexError('bad_request', { detail: 'A request in HTTP/1.1 needs the Host header.' });
      checkKeys(request.query);
      done();
    } catch (error) {
      done(error as CoglexError);
    }
  });
}

function parseJsonBodies(fastify: FastifyInstance, maxDepth: number): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (takesRawBody(request)) return body;
      // An empty body is none: generated clients send the content type with DELETE as well.
      if (body.length === 0) return undefined;
      // Decoding would replace what is not UTF-8, and so store something else than was sent.
      if (!isUtf8(body)) throw new CoglexError('malformed_json', { detail: 'The body is not valid UTF-8.' });
      return parseJson(body.toString(), maxDepth);
    },
  );
}
