import { Config } from '../../config/config.js';
import { OpenCollections } from './open-collections.service.js';

describe('OpenCollections', () => {
  const collections = new OpenCollections(
    Object.assign(new Config(), { MONGODB_AUTH_COLLECTION: 'members' }),
  );

  it.each(['a', '0', 'notes', 'Notes_2026-11', 'constructor', 'toString', 'aggregate', 'x'.repeat(100)])(
    'opens %s',
    (name) => expect(collections.has(name)).toBe(true),
  );

  it.each([
    '',
    '_USERS',
    '__proto__',
    'system.users',
    'a.b',
    'a$',
    'a b',
    'a\0',
    'a\n',
    '-a',
    'é',
    'members',
    'x'.repeat(101),
  ])('closes %j', (name) => expect(collections.has(name)).toBe(false));
});
