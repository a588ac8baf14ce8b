import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '../config/config.js';
import { registerCors } from './cors.js';

/** Cookies, security headers and CORS, before any route. */
export async function registerHttpPlugins(app: NestFastifyApplication): Promise<void> {
  const { CORS_ORIGINS: origins, baseUrl } = app.get(Config);
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        // Over plain http the explorer's own requests must not be turned into https.
        'upgrade-insecure-requests': baseUrl.startsWith('https:') ? [] : null,
        // The explorer has its fonts and styles with it: no other host is needed for anything.
        'font-src': ["'self'", 'data:'],
        'style-src': ["'self'", "'unsafe-inline'"],
      },
    },
    strictTransportSecurity: baseUrl.startsWith('https:'),
    crossOriginResourcePolicy: origins.length > 0 ? { policy: 'cross-origin' } : undefined,
  });
  await registerCors(app);
}
