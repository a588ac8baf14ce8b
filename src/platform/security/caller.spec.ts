import { Controller, Get } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { contextOf } from '../../../test/support/security-module.js';
import {
  callerOf,
  CurrentCaller,
  CurrentUser,
  isTrusted,
  type Caller,
  type CurrentUserClaims,
} from './caller.js';

@Controller()
class Routes {
  @Get()
  user(@CurrentUser() _user: CurrentUserClaims | undefined) {}

  @Get()
  caller(@CurrentCaller() _caller: Caller) {}
}

const ADA = { id: '65f000000000000000000001', key: 'ada', collection: '_USERS', project: 'default' };

const ROOT = { id: 'root', type: 'root' };

/** Runs the parameter decorator of a handler, as Nest does. */
function inject(handler: keyof Routes, context: unknown): unknown {
  const args = Reflect.getMetadata(ROUTE_ARGS_METADATA, Routes, handler) as Record<
    string,
    { factory: (data: unknown, context: unknown) => unknown }
  >;
  return Object.values(args)[0].factory(undefined, context);
}

describe('caller', () => {
  it('is nobody before the guards have run', () => {
    expect(callerOf(contextOf(Routes, 'user').request)).toEqual({ address: '192.0.2.1' });
  });

  it('is kept with its request', () => {
    const { request } = contextOf(Routes, 'user');
    callerOf(request).user = ADA;
    expect(callerOf(request).user).toEqual(ADA);
    expect(callerOf(contextOf(Routes, 'user').request).user).toBeUndefined();
  });

  it('is injected by @CurrentUser() and @CurrentCaller()', () => {
    const { context, request } = contextOf(Routes, 'user');
    expect(inject('user', context)).toBeUndefined();
    Object.assign(callerOf(request), { key: ROOT, user: ADA });
    expect(inject('user', context)).toEqual(ADA);
    expect(inject('caller', context)).toEqual({ key: ROOT, user: ADA, address: '192.0.2.1' });
  });
});

describe('isTrusted', () => {
  it.each([
    [undefined, false],
    ['publishable', false],
    ['secret', true],
    ['root', true],
    ['route', true],
  ] as const)('a key of type %s: %j', (type, trusted) => {
    expect(isTrusted({ key: type && { id: 'a', type }, address: '192.0.2.1' })).toBe(trusted);
  });
});
