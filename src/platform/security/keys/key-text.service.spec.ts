import { createSecurityModule } from '../../../../test/support/security-module.js';
import { KeyText } from './key-text.service.js';

const ID = '65f0c1d2e3a4b5c6d7e8f901';

describe('KeyText', () => {
  let text: KeyText;
  let foreign: KeyText;
  beforeAll(async () => {
    text = (await createSecurityModule()).get(KeyText);
    const env = { SERVER_SECRET: 'another-secret-of-another-installation' };
    foreign = (await createSecurityModule({ env })).get(KeyText);
  });

  it.each([
    ['secret', /^cgx_sk_[0-9a-f]{84}$/],
    ['publishable', /^cgx_pk_[0-9a-f]{84}$/],
  ] as const)('reads what it has written: %s', (type, form) => {
    const { text: written, hash } = text.write(type, ID);
    expect(written).toMatch(form);
    expect(text.read(written)).toEqual({ id: ID, type, hash });
    expect(written).not.toContain(hash.slice(0, 12));
  });

  it('writes no text twice', () => {
    const written = new Set(Array.from({ length: 100 }, () => text.write('secret', ID).text));
    expect(written.size).toBe(100);
  });

  it('refuses a text in which anything was changed', () => {
    const { text: written } = text.write('publishable', ID);
    for (let at = 0; at < written.length; at += 1) {
      const other = written[at] === '0' ? '1' : '0';
      expect(text.read(`${written.slice(0, at)}${other}${written.slice(at + 1)}`)).toBeUndefined();
    }
    expect(text.read(written.replace('cgx_pk_', 'cgx_sk_'))).toBeUndefined();
  });

  it('refuses texts of another installation, and what was never one', () => {
    const { text: written } = foreign.write('secret', ID);
    for (const other of [
      written,
      '',
      'cgx_sk_',
      `${written} `,
      written.toUpperCase(),
      `cgx_sk_${'0'.repeat(84)}`,
    ])
      expect(text.read(other)).toBeUndefined();
  });
});
