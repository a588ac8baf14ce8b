import { ModuleRegistry } from './module-registry.service.js';

describe('ModuleRegistry', () => {
  it.each(['', 'Key', 'a-b', '_a', '__proto__', 'a b', '1st'])('refuses the key %p', (key) => {
    expect(() => new ModuleRegistry().register({ key, title: 'It' })).toThrow('Not a key');
  });

  it('refuses a key that is taken', () => {
    const registry = new ModuleRegistry();
    registry.register({ key: 'it', title: 'It' });
    expect(() => registry.register({ key: 'it', title: 'Another' })).toThrow('two modules with the key it');
  });

  it('gives some modules with all that they stand on, also by others', () => {
    const registry = new ModuleRegistry();
    registry.register({ key: 'a', title: 'A', needs: ['b'] });
    registry.register({ key: 'b', title: 'B', uses: ['c'] });
    registry.register({ key: 'c', title: 'C' });
    registry.register({ key: 'd', title: 'D' });
    expect(registry.all(['a']).map(({ key }) => key)).toEqual(['c', 'b', 'a']);
    expect(registry.all()).toHaveLength(4);
  });
});
