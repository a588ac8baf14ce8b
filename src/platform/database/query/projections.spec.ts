import { asJson, guardWith, refusalOf } from '../../../../test/support/query-guard.js';

const guard = guardWith();

describe('projections', () => {
  it.each([
    [{}],
    [{ a: 1, 'b.c': true, _id: 0 }],
    [{ a: { b: 1, c: { d: 0 } } }],
    [{ 'a.b.$': 1 }],
    [{ a: { $slice: -5 }, b: { $slice: [10, 5] } }],
    [{ a: { $slice: ['$b', 2] } }],
    [{ a: { $elemMatch: { b: 1, c: { $gt: 2 } } } }],
    [{ a: '$b.c', d: { $concat: ['$e', ' ', '$f'] } }],
  ])('lets %j through as it is', (keys) => {
    expect(guard.projection(asJson(keys), '/keys')).toEqual(keys);
  });

  it.each([
    [['a'], '/keys'],
    ['a', '/keys'],
    [{ a: 2 }, '/keys/a'],
    [{ a: -1 }, '/keys/a'],
    [{ $a: 1 }, '/keys/$a'],
    [{ 'a\0': 1 }, '/keys/a\0'],
    [{ '.$': 1 }, '/keys/.$'],
    [{ 'a.$.b': 1 }, '/keys/a.$.b'],
    [{ 'a.$[]': 1 }, '/keys/a.$[]'],
    [{ 'a.__proto__': 1 }, '/keys/a.__proto__'],
    [{ a: { $meta: 'textScore' } }, '/keys/a/$meta'],
    [{ a: { $function: {} } }, '/keys/a/$function'],
    [{ a: { b: { $function: {} } } }, '/keys/a/b/$function'],
    [{ a: { $elemMatch: { $where: '1' } } }, '/keys/a/$elemMatch/$where'],
    [{ a: { $slice: [{ $function: {} }, 1] } }, '/keys/a/$slice/0/$function'],
    [{ a: '$$USER_ROLES' }, '/keys/a'],
  ])('refuses %j', (keys, place) => {
    expect(refusalOf(() => guard.projection(keys, '/keys'))).toMatchObject({ code: 'query_refused', place });
  });
});

describe('sorts', () => {
  it('lets fields with 1 and -1 through', () => {
    expect(guard.sort({ a: 1, 'b.c': -1 }, '/sort')).toEqual({ a: 1, 'b.c': -1 });
    expect(guard.sort({}, '/sort')).toEqual({});
  });

  it.each([
    [null, '/sort'],
    [['a'], '/sort'],
    [{ a: 0 }, '/sort/a'],
    [{ a: '1' }, '/sort/a'],
    [{ a: true }, '/sort/a'],
    [{ a: { $meta: 'textScore' } }, '/sort/a'],
    [{ $natural: 1 }, '/sort/$natural'],
    [{ 'a;drop': 1, 'b.$c': 1 }, '/sort/b.$c'],
    [Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`f${n}`, 1])), '/sort'],
  ])('refuses %j', (sort, place) => {
    expect(refusalOf(() => guard.sort(sort, '/sort'))).toMatchObject({ code: 'query_refused', place });
  });
});
