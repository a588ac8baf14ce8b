import { Controller, Get } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { contextOf } from '../../../test/support/security-module.js';
import { callerOf, CurrentCaller, CurrentUser, type Caller, type CurrentUserClaims } from './caller.js';

@Controller()
class Routes {
  @Get()
  user(@CurrentUser() _user: CurrentUserClaims | undefined) {}

  @Get()
  caller(@CurrentCaller() _caller: Caller) {}
}

const ADA = { id: '65f000000000000000000001', key: 'ada', collection: '_USERS' };

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
    expect(callerOf(contextOf(Routes, 'user').request)).toEqual({ hasKey: false });
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
    Object.assign(callerOf(request), { hasKey: true, user: ADA });
    expect(inject('user', context)).toEqual(ADA);
    expect(inject('caller', context)).toEqual({ hasKey: true, user: ADA });
  });
});
