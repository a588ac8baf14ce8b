import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { PinoLogger } from 'nestjs-pino';

/** What can have a level of its own: a module, such as `auth`, or one context, such as `AuthService`. */
export interface LogModule {
  name: string;
  /** Contexts of its lines. */
  contexts: string[];
}

/** Parts of Nest, and of the start, that are in no module. */
const OUTSIDE = [
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'Server',
];

/** Knows which parts of the program write lines. */
@Injectable()
export class LogModules {
  private known?: Map<string, { all: string[]; loud: string[] }>;

  constructor(private readonly container: ModulesContainer) {}

  /** The modules, with the contexts of those of their classes that have a logger. */
  list(): LogModule[] {
    return [...this.modules()].map(([name, { loud }]) => ({ name, contexts: loud }));
  }

  /** The contexts that a name stands for; `undefined` for what is no module and no context. */
  contextsOf(name: string): string[] | undefined {
    const module = this.modules().get(name);
    if (module) return module.all;
    const isKnown = [...this.modules().values()].some(({ all }) => all.includes(name));
    return isKnown ? [name] : undefined;
  }

  private modules() {
    this.known ??= this.read();
    return this.known;
  }

  private read(): Map<string, { all: string[]; loud: string[] }> {
    const found = new Map([['nest', { all: OUTSIDE, loud: OUTSIDE }]]);
    for (const { metatype, providers, controllers } of this.container.values()) {
      const classes = [...providers.values(), ...controllers.values()].map((one) => one.metatype as unknown);
      const own = classes.filter(
        (one): one is NewableFunction => typeof one === 'function' && one.name !== '',
      );
      found.set(nameOf(metatype.name), {
        all: [...new Set(own.map(({ name }) => name))].sort(),
        loud: [...new Set(own.filter(hasLogger).map(({ name }) => name))].sort(),
      });
    }
    return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** `RateLimitModule` is `rate-limit`. */
const nameOf = (name: string) =>
  name
    .replace(/Module$/, '')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase();

function hasLogger(type: NewableFunction): boolean {
  const needs = Reflect.getMetadata('design:paramtypes', type) as unknown[] | undefined;
  return needs?.includes(PinoLogger) ?? false;
}
