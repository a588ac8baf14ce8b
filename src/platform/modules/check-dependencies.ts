import type { ModuleDefinition } from './module-definition.js';

/** Keys of all modules that one stands on. */
export const dependenciesOf = ({ needs = [], uses = [] }: ModuleDefinition): string[] => [...needs, ...uses];

/**
 * Brings modules into an order in which each comes after what it stands on.
 *
 * @throws Error that names a dependency which nobody registered, or the modules of a cycle
 */
export function inOrder(modules: ReadonlyMap<string, ModuleDefinition>): ModuleDefinition[] {
  const ordered = new Map<string, ModuleDefinition>();
  const visit = (module: ModuleDefinition, path: readonly string[]): void => {
    if (ordered.has(module.key)) return;
    const from = path.indexOf(module.key);
    if (from !== -1)
      throw new Error(`Modules need each other: ${[...path.slice(from), module.key].join(' → ')}`);
    for (const key of dependenciesOf(module)) {
      const dependency = modules.get(key);
      if (!dependency) throw new Error(`The module ${module.key} needs ${key}, which is not registered`);
      visit(dependency, [...path, module.key]);
    }
    ordered.set(module.key, module);
  };
  for (const module of modules.values()) visit(module, []);
  return [...ordered.values()];
}
