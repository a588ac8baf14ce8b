import { isDocumentId, newDocumentId } from './document-id.js';

describe('document ids', () => {
  it('are 24 hex digits that grow with time when the server makes them', () => {
    const ids = [newDocumentId(), newDocumentId(), newDocumentId()];
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{24}$/);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(isDocumentId(id)).toBe(true);
  });

  it.each(['a', '...', 'with space', 'a/b?c#d', 'ключ', '😀', 'constructor', 'x'.repeat(256)])(
    'may be %j',
    (id) => {
      expect(isDocumentId(id)).toBe(true);
    },
  );

  it.each([
    '',
    '.',
    '..',
    'a\nb',
    '\0',
    '\u0085',
    '\ud800',
    'x'.repeat(257),
    'é'.repeat(129),
    7,
    null,
    undefined,
    {},
    ['a'],
  ])('may not be %j', (id) => {
    expect(isDocumentId(id)).toBe(false);
  });
});
