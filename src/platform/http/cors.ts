import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { RATE_LIMIT_HEADERS } from '../limits/rate-limit-headers.js';
import { KeyOrigins } from '../security/keys/key-origins.service.js';

/** What resumable uploads (TUS 1.0) say both ways. */
const UPLOAD_HEADERS = [
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size'],
  ...['Upload-Length', 'Upload-Offset', 'Upload-Metadata', 'Upload-Expires'],
];

const COMMON: FastifyCorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: [
    ...['Authorization', 'Content-Type', 'Idempotency-Key', 'X-API-Key', 'X-CSRF-Token', 'X-Request-Id'],
    ...['Range', 'If-Range', 'If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'],
    // Traces that begin in the browser.
    ...['traceparent', 'tracestate'],
    ...UPLOAD_HEADERS,
  ],
  exposedHeaders: [
    ...['X-Request-Id', 'X-Total-Count', 'Retry-After', 'Location', ...RATE_LIMIT_HEADERS],
    ...['Accept-Ranges', 'Content-Disposition', 'Content-Range', 'ETag', 'Last-Modified'],
    ...UPLOAD_HEADERS,
  ],
  maxAge: 600,
  // An OPTIONS request that is no preflight would get a plain text instead of a problem.
  strictPreflight: false,
};

/** No CORS at all, as if there were no such thing. */
const CLOSED: FastifyCorsOptions = { ...COMMON, origin: false };

/**
 * Lets pages call: those of `CORS_ORIGINS`, and those that some API key names.
 *
 * Cookies go with the first alone, whom the operator trusts: whoever may make keys in one project must not thereby
 * reach the cookies of another's users. Pages of keys send their token themselves.
 */
export async function registerCors(app: NestFastifyApplication): Promise<void> {
  const { CORS_ORIGINS: named } = app.get(Config);
  const keys = app.get(KeyOrigins);
  const configured: FastifyCorsOptions = {
    ...COMMON,
    origin: named.includes('*') ? '*' : named,
    // A wildcard never goes with cookies: any page could then act as the user.
    credentials: !named.includes('*'),
  };
  const usual = named.length > 0 ? configured : CLOSED;
  await app.register(cors, {
    delegator: (
      request: FastifyRequest,
      answer: (error: Error | null, options: FastifyCorsOptions) => void,
    ) => {
      const { origin } = request.headers;
      if (origin === undefined || named.includes('*') || named.includes(origin)) return answer(null, usual);
      void keys
        .allow(origin)
        .then((allowed) => answer(null, allowed ? { ...COMMON, origin: [origin] } : usual));
    },
  });
}
