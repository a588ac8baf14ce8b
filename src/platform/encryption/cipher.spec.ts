import { createSecretKey, randomBytes } from 'node:crypto';
import { blindIndex, keyIdOf, open, seal } from './cipher.js';

const key = createSecretKey(randomBytes(32));
const bound = Buffer.from('here');
const plain = Buffer.from('a secret');

describe('the cipher', () => {
  it('opens what it has sealed, and names the key', () => {
    const sealed = seal(key, 'k1', bound, plain);
    expect(keyIdOf(sealed)).toBe('k1');
    expect(Buffer.from(open(key, bound, sealed) ?? [])).toEqual(plain);
    expect(Buffer.from(sealed).includes(plain)).toBe(false);
  });

  it('never seals the same way twice', () => {
    const all = Array.from({ length: 100 }, () => Buffer.from(seal(key, 'k1', bound, plain)).toString('hex'));
    expect(new Set(all).size).toBe(100);
  });

  it('opens nothing that was changed, or belongs elsewhere', () => {
    const sealed = seal(key, 'k1', bound, plain);
    expect(open(key, Buffer.from('there'), sealed)).toBeUndefined();
    expect(open(createSecretKey(randomBytes(32)), bound, sealed)).toBeUndefined();
    for (let at = 4; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed);
      changed[at] ^= 1;
      expect(open(key, bound, changed)).toBeUndefined();
    }
    expect(open(key, bound, sealed.subarray(0, -1))).toBeUndefined();
  });

  it.each([[[]], [[1]], [[1, 255]], [[2, 0]], [[1, 2, 3, 4, 5]]])('knows no key in %j', (bytes: number[]) => {
    expect(keyIdOf(Uint8Array.from(bytes))).toBeUndefined();
  });

  it('has the same blind index for the same value and key alone', () => {
    const other = createSecretKey(randomBytes(32));
    expect(blindIndex(key, plain)).toEqual(blindIndex(key, plain));
    expect(blindIndex(key, plain)).toHaveLength(16);
    expect(blindIndex(key, plain)).not.toEqual(blindIndex(other, plain));
    expect(blindIndex(key, plain)).not.toEqual(blindIndex(key, bound));
  });
});
