import fc from 'fast-check';
import { allows, isScope, isWithin, type ScopeNeed } from './scopes.js';

const need = (service: string | undefined, action: 'read' | 'write', collection?: string): ScopeNeed => ({
  service,
  action,
  collection,
});

describe('isScope', () => {
  it.each(['*', 'storage:read', 'storage:*', 'storage:orders:write', 'schema:_USERS:read', 'a-b2:c-d_e:*'])(
    'takes %s',
    (scope) => {
      expect(isScope(scope)).toBe(true);
    },
  );

  it.each([
    '',
    'storage',
    '*:read',
    '*:*',
    'storage:delete',
    'storage:*:read',
    'storage:orders',
    'storage:orders:read:write',
    'Storage:read',
    'storage:or ders:read',
    ' storage:read',
    'storage:read\n',
    'storage::read',
    'storage:a.b:read',
    null,
    ['*'],
    { $ne: null },
  ])('refuses %j', (scope) => {
    expect(isScope(scope)).toBe(false);
  });
});

describe('allows', () => {
  it('allows everything without scopes, and with *', () => {
    for (const scopes of [undefined, ['*'], ['auth:read', '*']]) {
      expect(allows(scopes, need('storage', 'write', 'orders'))).toBe(true);
      expect(allows(scopes, need(undefined, 'read'))).toBe(true);
    }
  });

  it('allows nothing with an empty list', () => {
    expect(allows([], need('storage', 'read'))).toBe(false);
  });

  it.each([
    [['storage:read'], need('storage', 'read'), true],
    [['storage:read'], need('storage', 'read', 'orders'), true],
    [['storage:read'], need('storage', 'write'), false],
    [['storage:*'], need('storage', 'write', 'orders'), true],
    [['storage:orders:read'], need('storage', 'read', 'orders'), true],
    [['storage:orders:read'], need('storage', 'write', 'orders'), false],
    [['storage:orders:*'], need('storage', 'write', 'orders'), true],
    [['storage:orders:*'], need('storage', 'read', 'orders2'), false],
    [['storage:orders:*'], need('storage', 'read'), false],
    [['storage:*'], need('archive', 'read'), false],
    [['storage:*'], need(undefined, 'read'), false],
    [['storage:read', 'archive:write'], need('archive', 'write'), true],
    [['storage:read', 'archive:write'], need('storage', 'write'), false],
    // The names of collections are whatever a caller writes into a path.
    [['storage:read'], need('storage', 'write', 'read'), false],
    [['storage:orders:read'], need('storage', 'read', 'orders:read'), false],
    [['storage:*'], need('storage:orders', 'read'), false],
  ])('%j, %j: %s', (scopes, what, expected) => {
    expect(allows(scopes, what)).toBe(expected);
  });
});

describe('isWithin', () => {
  it.each([
    [['*'], undefined, true],
    [undefined, ['*'], true],
    [undefined, ['storage:*'], false],
    [['*'], ['storage:*', 'auth:*'], false],
    [[], ['storage:read'], true],
    [['storage:*'], ['storage:read', 'storage:write'], true],
    [['storage:*'], ['storage:read'], false],
    [['storage:orders:*'], ['storage:*'], true],
    [['storage:orders:*'], ['storage:read', 'storage:orders:write'], true],
    [['storage:read'], ['storage:orders:read'], false],
    [['storage:read', 'key:read'], ['storage:*'], false],
  ])('%j in %j: %s', (scopes, others, expected) => {
    expect(isWithin(scopes, others)).toBe(expected);
  });

  it('means that whatever the one allow, the others allow as well', () => {
    const service = fc.constantFrom('storage', 'archive');
    const collection = fc.constantFrom('orders', 'notes', undefined);
    const action = fc.constantFrom('read', 'write', '*');
    const scope = fc.oneof(
      { weight: 1, arbitrary: fc.constant('*') },
      {
        weight: 9,
        arbitrary: fc
          .tuple(service, collection, action)
          .map((parts) => parts.filter((part) => part !== undefined).join(':')),
      },
    );
    const scopes = fc.array(scope, { maxLength: 4 });
    const needs = [undefined, 'orders', 'notes', 'others'].flatMap((name) =>
      ['storage', 'archive', 'auth'].flatMap((each) => [need(each, 'read', name), need(each, 'write', name)]),
    );
    fc.assert(
      fc.property(scopes, scopes, (one, other) => {
        const held = needs.every((what) => !allows(one, what) || allows(other, what));
        // Never more than what holds; it may be less only where `*` would be needed for what has no name yet.
        if (isWithin(one, other)) expect(held).toBe(true);
        else if (!one.includes('*')) expect(held).toBe(false);
      }),
    );
  });
});
