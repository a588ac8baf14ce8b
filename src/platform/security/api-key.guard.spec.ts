import { Controller, Get } from '@nestjs/common';
import { contextOf, createSecurityModule, testConfig } from '../../../test/support/security-module.js';
import { Access, Public } from './access.decorator.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { callerOf } from './caller.js';

const { SERVER_SECRET } = testConfig();

@Controller()
class Routes {
  @Get()
  @Access()
  server() {}

  @Get()
  @Access({ key: { secret: 'partner-secret' } })
  partner() {}

  @Get()
  @Access({ key: { secret: (config) => config.BASE_URL } })
  setting() {}

  @Get()
  @Access({ key: { secret: '' } })
  empty() {}

  @Get()
  @Access({ key: false, user: 'required' })
  tokenOnly() {}

  @Get()
  @Public('A test')
  open() {}
}

const ROOT = { id: 'root', type: 'root' };

describe('ApiKeyGuard', () => {
  let guard: ApiKeyGuard;
  beforeAll(async () => {
    guard = (await createSecurityModule({ providers: [ApiKeyGuard] })).get(ApiKeyGuard);
  });

  const call = async (handler: keyof Routes, key?: string | string[]) => {
    const { context, request } = contextOf(Routes, handler, {
      headers: key === undefined ? {} : { 'x-api-key': key },
    });
    return { allowed: await guard.canActivate(context), caller: callerOf(request) };
  };
  const refusal = (code: string) => expect.objectContaining({ code, status: 401 }) as Error;

  it('lets the server key in, and says so to the handler', async () => {
    expect(await call('server', SERVER_SECRET)).toEqual({
      allowed: true,
      caller: { key: ROOT, address: '192.0.2.1' },
    });
  });

  it.each([undefined, ''])('asks for a key when there is none: %j', async (key) => {
    await expect(call('server', key)).rejects.toThrow(refusal('api_key_required'));
  });

  it.each(['wrong', SERVER_SECRET.slice(1), `${SERVER_SECRET} `, SERVER_SECRET.toUpperCase()])(
    'refuses %j',
    async (key) => {
      await expect(call('server', key)).rejects.toThrow(refusal('api_key_invalid'));
    },
  );

  it('refuses several keys at once, though one is right', async () => {
    await expect(call('server', [SERVER_SECRET, 'wrong'])).rejects.toThrow(refusal('api_key_invalid'));
  });

  it('says with what one would be let in', async () => {
    await expect(call('server')).rejects.toThrow(
      expect.objectContaining({ headers: { 'WWW-Authenticate': 'ApiKey realm="coglex"' } }) as Error,
    );
  });

  it('takes the secret of the route instead of the server key', async () => {
    expect((await call('partner', 'partner-secret')).allowed).toBe(true);
    await expect(call('partner', SERVER_SECRET)).rejects.toThrow(refusal('api_key_invalid'));
  });

  it.each(['setting', 'empty'] as const)(
    'admits nobody while the secret of a route is not set: %s',
    async (handler) => {
      for (const key of ['undefined', 'null', ' ', SERVER_SECRET])
        await expect(call(handler, key)).rejects.toThrow(refusal('api_key_invalid'));
    },
  );

  it('does not look at the key of routes that ask for none', async () => {
    expect(await call('open', 'wrong')).toEqual({ allowed: true, caller: { address: '192.0.2.1' } });
    expect(await call('tokenOnly', SERVER_SECRET)).toEqual({
      allowed: true,
      caller: { address: '192.0.2.1' },
    });
  });
});
