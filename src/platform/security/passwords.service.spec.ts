import { testConfig } from '../../../test/support/security-module.js';
import { Passwords } from './passwords.service.js';

/** Runs real bcrypt and keeps what it was compared with. */
class ObservedPasswords extends Passwords {
  readonly compared: string[] = [];

  protected override compare(password: string, stored: string): Promise<boolean> {
    this.compared.push(stored);
    return super.compare(password, stored);
  }
}

const costOf = (hash: string) => hash.slice(0, 7);

describe('Passwords', () => {
  const passwords = new ObservedPasswords(testConfig());
  beforeEach(() => passwords.compared.splice(0));

  it('makes a salted bcrypt hash of the configured cost', async () => {
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(one).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
    expect(one).not.toBe(two);
  });

  it('uses cost 12 unless told otherwise', async () => {
    const config = testConfig({ AUTH_BCRYPT_COST: '' });
    expect(await new Passwords(config).hash('correct horse')).toMatch(/^\$2b\$12\$/);
  });

  it('knows the password of a hash, and no other', async () => {
    const hash = await passwords.hash('correct horse');
    expect(await passwords.check('correct horse', hash)).toBe(true);
    expect(await passwords.check('Correct horse', hash)).toBe(false);
    expect(await passwords.check('', hash)).toBe(false);
  });

  it('reads the hashes of other bcrypt implementations', async () => {
    const hash = await passwords.hash('correct horse');
    expect(await passwords.check('correct horse', hash.replace('$2b$', '$2y$'))).toBe(true);
    expect(await passwords.check('correct horse', hash.replace('$2b$', '$2a$'))).toBe(true);
  });

  it('takes 72 bytes and refuses 73, counted in UTF-8', async () => {
    const longest = 'é'.repeat(36);
    expect(await passwords.check(longest, await passwords.hash(longest))).toBe(true);
    await expect(passwords.hash(`${longest}x`, '/document/$set/_password')).rejects.toMatchObject({
      code: 'password_too_long',
      errors: [{ field: '/document/$set/_password' }],
    });
  });

  it('does not take a longer password for the one that bcrypt would cut it to', async () => {
    const hash = await passwords.hash('a'.repeat(72));
    expect(await passwords.check('a'.repeat(72), hash)).toBe(true);
    expect(await passwords.check('a'.repeat(73), hash)).toBe(false);
  });

  it('does not stop at a null character', async () => {
    const hash = await passwords.hash('correct\0horse');
    expect(await passwords.check('correct\0horse', hash)).toBe(true);
    expect(await passwords.check('correct\0mouse', hash)).toBe(false);
    expect(await passwords.check('correct', hash)).toBe(false);
  });

  describe('without a hash to compare with', () => {
    it.each([undefined, null, '', 'plain text', 42, {}, '$2b$04$short'])(
      'matches nothing: %j',
      async (stored) => {
        expect(await passwords.check('plain text', stored)).toBe(false);
      },
    );

    it('still runs bcrypt once, at the cost of a real hash', async () => {
      const real = await passwords.hash('correct horse');
      await passwords.check('wrong', real);
      await passwords.check('wrong', undefined);
      await passwords.check('wrong', 'plain text');
      expect(passwords.compared).toHaveLength(3);
      expect(passwords.compared.map(costOf)).toEqual(Array(3).fill(costOf(real)));
    });

    it('runs bcrypt for a password that is too long, too', async () => {
      await passwords.check('x'.repeat(1_000_000), undefined);
      expect(passwords.compared).toHaveLength(1);
    });
  });
});
