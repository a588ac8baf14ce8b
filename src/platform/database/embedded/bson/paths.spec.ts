import { expandPath, getPath, indexOfComponent } from './paths.js';

describe('getPath', () => {
  it('follows documents only', () => {
    expect(getPath({ a: { b: { c: 1 } } }, 'a.b.c')).toBe(1);
    expect(getPath({ a: [{ b: 1 }] }, 'a.b')).toBeUndefined();
    expect(getPath({ a: [1] }, 'a.0')).toBeUndefined();
    expect(getPath({ a: null }, ['a', 'b'])).toBeUndefined();
    expect(getPath({}, 'constructor.name')).toBeUndefined();
  });
});

describe('expandPath', () => {
  const values = (document: unknown, path: string): unknown[] =>
    expandPath(document, path).map(({ value }) => value);

  it.each<[unknown, string, unknown[]]>([
    [{ a: 1 }, 'a', [1]],
    [{}, 'a', [undefined]],
    [{ a: 1 }, 'a.b', [undefined]],
    [{ a: [1, [2]] }, 'a', [1, [2], [1, [2]]]],
    [{ a: [] }, 'a', [[]]],
    [{ a: [] }, 'a.b', []],
    [{ a: [1, { b: 2 }, [{ b: 3 }], {}] }, 'a.b', [2, undefined]],
    [{ a: [{ b: [1, 2] }] }, 'a.b', [1, 2, [1, 2]]],
    [{ a: [5, [2, 4]] }, 'a.1', [[2, 4]]],
    [{ a: [5, [2, 4]] }, 'a.1.0', [2]],
    [{ a: [5, { 1: 4 }] }, 'a.1', [4, { 1: 4 }]],
    [{ a: [{ b: 1 }] }, 'a.0.b', [undefined, 1]],
    [{ a: [[{ b: 1 }]] }, 'a.0.b', [1]],
    [{ a: [1] }, 'a.5', []],
  ])('of %j by %s', (document, path, expected) => {
    expect(values(document, path)).toEqual(expected);
  });

  it('says which element of the outermost array led there', () => {
    expect(expandPath({ a: [{ b: [1] }, { b: 2 }] }, 'a.b')).toEqual([
      { value: 1, index: 0, element: true },
      { value: [1], index: 0, element: false },
      { value: 2, index: 1, element: false },
    ]);
    expect(expandPath({ a: { b: 1 } }, 'a.b')).toEqual([{ value: 1, index: undefined, element: false }]);
  });

  it('leaves an array at the end whole where asked', () => {
    expect(expandPath({ a: [1] }, 'a', { leafArrays: false })).toEqual([
      { value: [1], index: undefined, element: false },
    ]);
  });
});

describe('indexOfComponent', () => {
  it.each([
    ['0', 0],
    ['12', 12],
    ['01', -1],
    ['-1', -1],
    ['1.5', -1],
    ['', -1],
    ['9999999999', -1],
  ])('of %s is %i', (component, index) => {
    expect(indexOfComponent(component)).toBe(index);
  });
});
