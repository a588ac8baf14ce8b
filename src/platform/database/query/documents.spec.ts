import fc from 'fast-check';
import { guardWith, refusalOf } from '../../../../test/support/query-guard.js';

const guard = guardWith({ MAX_JSON_DEPTH: 10 });
const check = (value: unknown) => guard.document(value, '/doc', (field) => field === '_inserted');

function refusedPlace(value: unknown): string {
  const { code, place } = refusalOf(() => check(value));
  expect(code).toBe('document_refused');
  return place;
}

describe('documents', () => {
  it('lets any JSON through that has no operators, unchanged and uncopied', () => {
    const ordinary = fc.object({
      key: fc
        .string()
        .filter((name) => name !== '' && !/^\$|\.|\0|^(__proto__|constructor|prototype|_.*)$/.test(name)),
      maxDepth: 5,
      values: [
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
      ],
    });
    fc.assert(
      fc.property(ordinary, (document) => {
        const before: unknown = structuredClone(document);
        expect(check(document)).toBe(document);
        expect(document).toEqual(before);
      }),
    );
  });

  it.each([
    [{ a: { $gt: 1 } }, '/doc/a/$gt'],
    [{ $set: 1 }, '/doc/$set'],
    [{ a: [{ 'b.c': 1 }] }, '/doc/a/0/b.c'],
    [{ '': 1 }, '/doc/'],
    [{ 'a\0': 1 }, '/doc/a\0'],
    [{ a: { constructor: 1 } }, '/doc/a/constructor'],
    [{ a: { _bsontype: 'Code' } }, '/doc/a/_bsontype'],
    [{ '\ud800': 1 }, '/doc/\ud800'],
    [{ a: 'half \udc00' }, '/doc/a'],
    [{ _inserted: 1 }, '/doc/_inserted'],
    [{ a: JSON.parse('1e400') as number }, '/doc/a'],
  ])('refuses %j', (document, place) => {
    expect(refusedPlace(document)).toBe(place);
  });

  it.each([[null], [1], ['a'], [[]], [{ $date: '2020-01-01' }], [new Date()], [new Map()]])(
    'refuses %p as a document',
    (document) => {
      expect(refusedPlace(document)).toBe('/doc');
    },
  );

  it('bounds depth and size', () => {
    const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) });
    expect(() => check(deep(9))).not.toThrow();
    expect(refusedPlace(deep(10))).toContain('/doc/');
    expect(refusedPlace({ list: [[[[[[[[[[[]]]]]]]]]]] })).toContain('/doc/');
    expect(refusedPlace({ a: 'x'.repeat(16 * 1024 ** 2) })).toBe('/doc');
  });

  it('lets a field of the server stand deeper', () => {
    expect(check({ a: { _inserted: 1 } })).toEqual({ a: { _inserted: 1 } });
  });
});
