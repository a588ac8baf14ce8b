import { HiddenFields } from './hidden-fields.js';

describe('HiddenFields', () => {
  const hidden = new HiddenFields(['token', 'profile.ssn', 'profile.ssn.last', 'cards.number']);

  it('leaves out what stands below another', () => {
    expect(hidden.paths).toEqual(['token', 'profile.ssn', 'cards.number']);
    expect(HiddenFields.NONE.isEmpty).toBe(true);
  });

  it.each([
    'token',
    'token.a',
    'token.0',
    'profile',
    'profile.ssn.x',
    'profile.0.ssn',
    'cards.3.number',
    'cards.$[].number',
  ])('is touched by %s', (path) => {
    expect(hidden.touches(path)).toBe(true);
  });

  it.each(['tokens', 'a.token', 'profile.city', 'profiles.ssn', 'cards.0.kind', '_id'])(
    'is not touched by %s',
    (path) => {
      expect(hidden.touches(path)).toBe(false);
      expect(hidden.seen(path)).toBe(path);
    },
  );

  it('turns conditions into such of a missing field, and keeps the others', () => {
    expect(hidden.seenFilter({ a: 1, token: 'x', $or: [{ token: 1 }, { b: 2 }] })).toEqual({
      $and: [{ a: 1 }, { prototype: 'x' }, { $or: [{ prototype: 1 }, { b: 2 }] }],
    });
    expect(() => hidden.seenFilter({ $and: [{ $expr: ['$token'] }] })).toThrow('$expr');
  });

  it('knows filters that read nothing hidden', () => {
    expect(hidden.isBlindFilter({ a: 1, $or: [{ b: 1 }, { $nor: [{ c: 1 }] }] })).toBe(true);
    for (const filter of [
      { token: 1 },
      { $and: [{ 'profile.ssn': 1 }] },
      { $expr: true },
      { $expr: [{ a: '$token' }] },
      { $or: [{ $expr: 1 }] },
    ])
      expect(hidden.isBlindFilter(filter)).toBe(false);
  });

  it('strips documents at any depth, also in lists', () => {
    const document = {
      token: 1,
      profile: { ssn: 1, city: 'x' },
      cards: [{ number: 1, kind: 'a' }, [{ number: 2 }], 'text', null],
    };
    expect(hidden.strip(document)).toEqual({
      profile: { city: 'x' },
      cards: [{ kind: 'a' }, [{}], 'text', null],
    });
  });
});
