import { testConfig } from '../../../test/support/security-module.js';
import { SealedBox } from './sealed-box.service.js';
import { SigningKeys } from './signing-keys.service.js';

const boxOf = (secret: string) => new SealedBox(new SigningKeys(testConfig({ SERVER_SECRET: secret })));

describe('SealedBox', () => {
  const box = boxOf('a'.repeat(32));

  it.each(['', 'a', 'JBSWY3DPEHPK3PXP', '漢字 🔑'])('opens what it has sealed: %j', (text) => {
    const sealed = box.seal('test', text);
    expect(box.open('test', sealed)).toBe(text);
    expect(sealed).toMatch(/^[\w-]+$/);
  });

  it('seals the same text another way each time', () => {
    expect(box.seal('test', 'text')).not.toBe(box.seal('test', 'text'));
  });

  it('opens nothing of another purpose or secret, and nothing that was changed', () => {
    const sealed = box.seal('test', 'a secret text');
    expect(box.open('other', sealed)).toBeUndefined();
    expect(boxOf('b'.repeat(32)).open('test', sealed)).toBeUndefined();
    for (const at of [0, 13, 30]) {
      const bytes = Buffer.from(sealed, 'base64url');
      bytes[at] ^= 1;
      expect(box.open('test', bytes.toString('base64url'))).toBeUndefined();
    }
    for (const text of ['', 'nonsense', '%']) expect(box.open('test', text)).toBeUndefined();
  });
});
