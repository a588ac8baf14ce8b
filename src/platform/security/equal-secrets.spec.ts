import { equalSecrets } from './equal-secrets.js';

describe('equalSecrets', () => {
  it('accepts the same text', () => {
    expect(equalSecrets('a secret', 'a secret')).toBe(true);
    expect(equalSecrets('gehëim 🔑', 'gehëim 🔑')).toBe(true);
  });

  it('refuses another text of the same length', () => {
    expect(equalSecrets('a secreT', 'a secret')).toBe(false);
  });

  // A comparison of the texts themselves throws, or returns early, when their lengths differ.
  it.each([0, 1, 7, 9, 4096])('compares digests, so that %i characters are as good as any', (length) => {
    expect(equalSecrets('x'.repeat(length), 'a secret')).toBe(false);
  });

  it('refuses a prefix and an extension', () => {
    expect(equalSecrets('a secre', 'a secret')).toBe(false);
    expect(equalSecrets('a secret ', 'a secret')).toBe(false);
  });
});
