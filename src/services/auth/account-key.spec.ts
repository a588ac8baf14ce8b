import fc from 'fast-check';
import { keyProblem, MAX_KEY_LENGTH } from './account-key.js';
import { RESERVED_WORDS } from './reserved-words.js';

describe('keyProblem', () => {
  it.each(['a', 'ada@example.com', 'Ada Lovelace', '漢字', '🔑', 'a/b', '...', '__proto__', 'x'.repeat(256)])(
    'finds nothing wrong with %j',
    (key) => {
      expect(keyProblem(key)).toBeUndefined();
    },
  );

  it.each([
    [undefined, 'string'],
    [null, 'string'],
    [{ $ne: null }, 'string'],
    [['ada'], 'string'],
    [Object('ada'), 'string'],
    ['', 'characters'],
    ['x'.repeat(257), 'characters'],
    ['a\tb', 'control'],
    ['a\u007f', 'control'],
    ['a\u0085', 'control'],
    ['a\u2029', 'control'],
    ['\udc00', 'control'],
    [' ada', 'space'],
    ['ada\u00a0', 'space'],
    ['..', 'path segment'],
  ])('refuses %j', (key, why) => {
    expect(keyProblem(key)).toContain(why);
  });

  it('refuses the words of the routes in any case', () => {
    for (const word of RESERVED_WORDS)
      for (const key of [word, word.toUpperCase()]) expect(keyProblem(key)).toContain('reserved');
  });

  it('accepts only keys that survive the way through a URL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: MAX_KEY_LENGTH + 10 }), (key) => {
        fc.pre(keyProblem(key) === undefined);
        const { pathname } = new URL(`http://localhost/service/auth/v1/${encodeURIComponent(key)}`);
        expect(decodeURIComponent(pathname.slice('/service/auth/v1/'.length))).toBe(key);
      }),
    );
  });
});
