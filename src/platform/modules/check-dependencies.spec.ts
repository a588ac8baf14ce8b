import { inOrder } from './check-dependencies.js';
import type { ModuleDefinition } from './module-definition.js';

const order = (...modules: [key: string, needs?: string[], uses?: string[]][]) => {
  const all = modules.map(([key, needs, uses]): [string, ModuleDefinition] => [
    key,
    { key, title: key, needs, uses },
  ]);
  return inOrder(new Map(all)).map(({ key }) => key);
};

describe('inOrder', () => {
  it('puts each module after what it stands on', () => {
    expect(order(['a', ['b'], ['c']], ['b', ['c']], ['c'])).toEqual(['c', 'b', 'a']);
  });

  it('names a dependency that nobody registered', () => {
    expect(() => order(['a', [], ['b']])).toThrow('The module a needs b, which is not registered');
  });

  it('names the modules of a cycle, and no others', () => {
    expect(() => order(['x', ['a']], ['a', ['b']], ['b', [], ['a']])).toThrow(
      'Modules need each other: a → b → a',
    );
    expect(() => order(['a', ['a']])).toThrow('a → a');
  });
});
