import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { dependenciesOf, inOrder } from './check-dependencies.js';
import type { ModuleDefinition } from './module-definition.js';

const KEY = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/**
 * The parts of the server: services, what the platform gives them, and the drivers behind. Each registers itself when it
 * is constructed; `/modules`, `/health` and the metrics read from here.
 */
@Injectable()
export class ModuleRegistry implements OnApplicationBootstrap {
  private readonly modules = new Map<string, ModuleDefinition>();

  /** @throws Error for a key that is taken or no key */
  register(module: ModuleDefinition): void {
    const { key } = module;
    if (!KEY.test(key)) throw new Error(`Not a key of a module: ${JSON.stringify(key)}`);
    if (this.modules.has(key)) throw new Error(`There are two modules with the key ${key}`);
    this.modules.set(key, module);
  }

  get(key: string): ModuleDefinition | undefined {
    return this.modules.get(key);
  }

  /**
   * All modules, each after what it stands on.
   *
   * @param keys only these, and what they stand on
   */
  all(keys: readonly string[] = [...this.modules.keys()]): ModuleDefinition[] {
    const ordered = inOrder(this.modules);
    const wanted = new Set(keys);
    for (const module of [...ordered].reverse())
      if (wanted.has(module.key)) for (const key of dependenciesOf(module)) wanted.add(key);
    return ordered.filter(({ key }) => wanted.has(key));
  }

  /** The server does not start on dependencies that cannot be. */
  onApplicationBootstrap(): void {
    inOrder(this.modules);
  }
}
