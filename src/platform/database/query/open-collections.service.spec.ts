import { Config } from '../../config/config.js';
import { ProjectContext } from '../../tenancy/project-context.service.js';
import { OpenCollections } from './open-collections.service.js';

describe('OpenCollections', () => {
  const context = new ProjectContext();
  const collections = new OpenCollections(
    Object.assign(new Config(), { MONGODB_AUTH_COLLECTION: 'members' }),
    context,
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

  it('closes a collection of one project for good', () => {
    collections.close('moon', 'guests');
    expect(context.run('moon', () => collections.has('guests'))).toBe(false);
    expect(context.run('mars', () => collections.has('guests'))).toBe(true);
    expect(collections.has('guests')).toBe(true);
  });
});
