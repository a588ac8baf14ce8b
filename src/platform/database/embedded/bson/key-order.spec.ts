import {
  copyDocument,
  isIntegerLike,
  keepOrder,
  keysOf,
  omitKeys,
  pickKeys,
  rememberOrder,
} from './key-order.js';

const ordered = (): Record<string, unknown> => {
  const document = { b: 1, 10: 2, 2: 3 };
  rememberOrder(document, ['b', '10', '2']);
  return document;
};

describe('key order', () => {
  it('is that of the runtime unless remembered otherwise', () => {
    expect(keysOf({ b: 1, 2: 1 })).toEqual(['2', 'b']);
    expect(keysOf(ordered())).toEqual(['b', '10', '2']);
  });

  it('follows changes of the document', () => {
    const document = ordered();
    document.c = 1;
    document[1] = 1;
    delete document[10];
    expect(keysOf(document)).toEqual(['b', '2', '1', 'c']);
  });

  it('goes along with copies', () => {
    expect(keysOf(copyDocument(ordered()))).toEqual(['b', '10', '2']);
    expect(keysOf(omitKeys(ordered(), new Set(['10'])))).toEqual(['b', '2']);
    expect(keysOf(pickKeys(ordered(), ['2', 'b']))).toEqual(['2', 'b']);
    const part = { 10: 2, b: 1 };
    keepOrder(ordered(), part);
    expect(keysOf(part)).toEqual(['b', '10']);
  });

  it('concerns keys that are array indexes', () => {
    expect(['0', '10', '4294967294'].map(isIntegerLike)).toEqual([true, true, true]);
    expect(['01', '-1', '4294967295', '1a', ''].map(isIntegerLike)).toEqual(Array(5).fill(false));
  });
});
