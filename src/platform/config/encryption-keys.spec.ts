import { randomBytes } from 'node:crypto';
import { readEncryptionKeys } from './encryption-keys.js';

const key = () => randomBytes(32).toString('base64');

describe('ENCRYPTION_KEYS', () => {
  it('is a list of ids and keys, in its order', () => {
    const [one, other] = [key(), key()];
    const keys = readEncryptionKeys(` 2026-11:${one}, old_1:${other},`);
    expect(keys.map(({ id, secret }) => [id, secret.toString('base64')])).toEqual([
      ['2026-11', one],
      ['old_1', other],
    ]);
  });

  const twice = key();
  it.each([
    ['', 'at least one'],
    [' , ', 'at least one'],
    [key(), 'must be id:base64'],
    [`:${key()}`, 'must be id:base64'],
    [`a b:${key()}`, 'must be id:base64'],
    [`${'a'.repeat(33)}:${key()}`, 'must be id:base64'],
    [`a.b:${key()}`, 'must be id:base64'],
    ['k:c2hvcnQ=', '32 bytes'],
    [`k:${randomBytes(33).toString('base64')}`, '32 bytes'],
    [`k:${randomBytes(32).toString('hex')}`, '32 bytes'],
    [`k:${randomBytes(32).toString('base64')}=`, '32 bytes'],
    [`k:${Buffer.alloc(32).toString('base64')}`, 'random'],
    [`k:${key()},k:${key()}`, 'twice'],
    [`k:${twice},l:${twice}`, 'two ids'],
    [Array.from({ length: 11 }, (_, n) => `k${n}:${key()}`).join(), '10 keys'],
  ])('refuses %s', (text, problem) => {
    expect(() => readEncryptionKeys(text)).toThrow(problem);
  });

  it('never repeats a key in its complaint', () => {
    const bad = key();
    const complaint = () => {
      try {
        readEncryptionKeys(`k:${bad}x`);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(complaint()).toContain('32 bytes');
    expect(complaint()).not.toContain(bad.slice(2, 20));
  });
});
