import cookie from '@fastify/cookie';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet from 'helmet';
import { Config } from '../config/config.js';
import { registerCors } from './cors.js';

/** What no page of this server may ask a browser for, nor any page that is framed by one. */
const PERMISSIONS_POLICY = [
  ...['accelerometer', 'ambient-light-sensor', 'bluetooth', 'browsing-topics', 'camera', 'display-capture'],
  ...['geolocation', 'gyroscope', 'hid', 'magnetometer', 'microphone', 'midi', 'payment', 'serial', 'usb'],
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/** Cookies, security headers and CORS, before any route. */
export async function registerHttpPlugins(app: NestFastifyApplication): Promise<void> {
  const { CORS_ORIGINS: origins, baseUrl } = app.get(Config);
  await app.register(cookie);
  // Made once; the plugin for Fastify would put the policy together for every request.
  const secure = helmet({
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
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.raw.setHeader('Permissions-Policy', PERMISSIONS_POLICY);
    secure(request.raw, reply.raw, () => done());
  });
  await registerCors(app);
}
