import { Controller, Get } from '@nestjs/common';
import { contextOf, createSecurityModule } from '../../../test/support/security-module.js';
import { Access, Public } from './access.decorator.js';
import { callerOf } from './caller.js';
import { JwtGuard } from './jwt.guard.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { UserTokens } from './user-tokens.service.js';

const ADA = {
  id: '65f000000000000000000001',
  key: 'ada',
  collection: '_USERS',
  project: 'default',
  session: 's1',
  generation: 0,
};
const BOB = {
  id: '65f000000000000000000002',
  key: 'bob',
  collection: '_USERS',
  project: 'default',
  session: 's2',
  generation: 0,
};
const MEMBER = { ...ADA, collection: '_MEMBERS' };
const FOREIGNER = { ...ADA, project: 'mars' };

@Controller()
class Routes {
  @Get()
  @Access()
  optional() {}

  @Get()
  @Access({ user: 'required' })
  required() {}

  @Get()
  @Access({ user: 'required', collection: '_MEMBERS' })
  members() {}

  @Get()
  @Access({ user: 'none' })
  none() {}

  @Get()
  @Public('A test')
  open() {}
}

describe('JwtGuard', () => {
  let guard: JwtGuard;
  let projects: ProjectContext;
  let foreigner: string;
  let ada: string;
  let bob: string;
  let member: string;

  beforeAll(async () => {
    const module = await createSecurityModule({ providers: [JwtGuard] });
    guard = module.get(JwtGuard);
    projects = module.get(ProjectContext, { strict: false });
    const tokens = module.get(UserTokens);
    [ada, bob, member, foreigner] = await Promise.all(
      [ADA, BOB, MEMBER, FOREIGNER].map((user) => tokens.issue(user)),
    );
  });

  let withKey = true;
  beforeEach(() => (withKey = true));

  const call = async (handler: keyof Routes, authorization?: string, cookie?: string) => {
    const { context, request } = contextOf(Routes, handler, {
      headers: authorization === undefined ? {} : { authorization },
      cookies: cookie === undefined ? {} : { Authorization: cookie },
    });
    if (withKey) callerOf(request).key = { id: 'root', type: 'root' };
    return projects.run('default', async () => {
      expect(await guard.canActivate(context)).toBe(true);
      return callerOf(request).user;
    });
  };
  const refusal = (code: string) => expect.objectContaining({ code, status: 401 }) as Error;

  it('names the user of a bearer token', async () => {
    expect(await call('required', `Bearer ${ada}`)).toEqual(ADA);
    expect(await call('optional', `Bearer ${ada}`)).toEqual(ADA);
  });

  it('reads the scheme in any case and with any number of spaces', async () => {
    expect(await call('required', `bearer ${ada}`)).toEqual(ADA);
    expect(await call('required', `BEARER   ${ada} `)).toEqual(ADA);
  });

  it('takes the cookie when there is no header, with or without the scheme', async () => {
    expect(await call('required', undefined, ada)).toEqual(ADA);
    expect(await call('required', undefined, `Bearer ${ada}`)).toEqual(ADA);
  });

  it('prefers the header to the cookie', async () => {
    expect(await call('required', `Bearer ${ada}`, bob)).toEqual(ADA);
  });

  it('asks for a token where one is needed', async () => {
    for (const cookie of [undefined, ''])
      await expect(call('required', undefined, cookie)).rejects.toThrow(refusal('token_required'));
    await expect(call('required')).rejects.toMatchObject({
      headers: { 'WWW-Authenticate': 'Bearer realm="coglex"' },
    });
  });

  it('goes on without a user where none is needed', async () => {
    expect(await call('optional')).toBeUndefined();
  });

  it.each(['optional', 'required'] as const)('refuses a bad token on %s routes', async (handler) => {
    for (const header of ['Bearer nonsense', `Bearer ${ada}x`, `Bearer ${member}`])
      await expect(call(handler, header)).rejects.toThrow(refusal('token_invalid'));
    await expect(call(handler, undefined, 'nonsense')).rejects.toThrow(refusal('token_invalid'));
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic YWRhOmFkYQ==', 'Bearer a b', 'Token x'])(
    'does not fall back to a cookie behind the unreadable header %j',
    async (header) => {
      await expect(call('required', header, ada)).rejects.toThrow(refusal('token_invalid'));
      await expect(call('optional', header, ada)).rejects.toThrow(refusal('token_invalid'));
    },
  );

  it('keeps the users of collections apart', async () => {
    expect(await call('members', `Bearer ${member}`)).toEqual(MEMBER);
    await expect(call('members', `Bearer ${ada}`)).rejects.toThrow(refusal('token_invalid'));
  });

  it('keeps the users of projects apart', async () => {
    await expect(call('required', `Bearer ${foreigner}`)).rejects.toThrow(refusal('token_invalid'));
  });

  it('lets the token decide on the project where there is no key, if there is such a project', async () => {
    withKey = false;
    expect(await call('required', `Bearer ${ada}`)).toEqual(ADA);
    await expect(call('required', `Bearer ${foreigner}`)).rejects.toThrow(refusal('token_invalid'));
  });

  it('does not look at tokens where the route does not', async () => {
    expect(await call('none', 'Bearer nonsense')).toBeUndefined();
    expect(await call('open', `Bearer ${ada}`)).toBeUndefined();
  });
});
