import type { ExecutionContext } from '@nestjs/common';
import { testConfig } from '../../../test/support/security-module.js';
import { MetricsGuard } from './metrics.guard.js';

interface From {
  /** Of the socket. */
  socket: string;
  /** What the server takes for the address of the client. */
  ip?: string;
  headers?: Record<string, string>;
}

const KEY = 'scraper-key-scraper-key-scraper-key';

const admits = (env: Record<string, string>, { socket, ip = socket, headers = {} }: From): boolean => {
  const request = { raw: { socket: { remoteAddress: socket } }, ip, headers };
  const context = { switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
  try {
    return new MetricsGuard(testConfig(env)).canActivate(context);
  } catch {
    return false;
  }
};

const bearer = { authorization: `Bearer ${KEY}` };
const forwarded = { 'x-forwarded-for': '10.1.2.3' };

describe('MetricsGuard', () => {
  it('lets this machine in while nothing is set', () => {
    for (const socket of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
      expect(admits({}, { socket })).toBe(true);
    for (const socket of ['10.1.2.3', '::ffff:10.1.2.3', 'fe80::1', ''])
      expect(admits({}, { socket })).toBe(false);
  });

  it('lets the key in from everywhere, and nothing else once there is one', () => {
    const env = { METRICS_KEY: KEY };
    expect(admits(env, { socket: '192.0.2.1', headers: { ...bearer, ...forwarded } })).toBe(true);
    expect(admits(env, { socket: '127.0.0.1' })).toBe(false);
    expect(admits(env, { socket: '127.0.0.1', headers: { authorization: `Bearer ${KEY}x` } })).toBe(false);
    expect(admits({}, { socket: '192.0.2.1', headers: bearer })).toBe(false);
  });

  it('lets networks in, beside the key or without one', () => {
    const env = { METRICS_ALLOW: '10.0.0.0/8, 2001:db8::7' };
    for (const socket of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::7'])
      expect(admits(env, { socket })).toBe(true);
    for (const socket of ['11.1.2.3', '2001:db8::8', '127.0.0.1'])
      expect(admits(env, { socket })).toBe(false);
    expect(admits({ ...env, METRICS_KEY: KEY }, { socket: '10.1.2.3' })).toBe(true);
    expect(admits({ ...env, METRICS_KEY: KEY }, { socket: '11.1.2.3', headers: bearer })).toBe(true);
  });

  it('believes a forwarded address of named proxies alone', () => {
    const env = { METRICS_ALLOW: '10.0.0.0/8' };
    const spoofed: From = { socket: '192.0.2.9', ip: '10.1.2.3', headers: forwarded };
    expect(admits({ ...env, TRUST_PROXY: '192.0.2.9' }, spoofed)).toBe(true);
    // With `true` anybody may write the header.
    expect(admits({ ...env, TRUST_PROXY: 'true' }, spoofed)).toBe(false);
    expect(admits(env, { socket: '192.0.2.9', headers: forwarded })).toBe(false);
    // A proxy inside the network that nobody has named passes others on.
    expect(admits(env, { socket: '10.9.9.9', headers: forwarded })).toBe(false);
    expect(admits({ ...env, TRUST_PROXY: '192.0.2.9' }, { socket: '10.9.9.9', headers: forwarded })).toBe(
      false,
    );
  });
});
