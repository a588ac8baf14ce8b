import { Injectable, type ExecutionContext, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { ACCESS_RULE, type AccessRule } from './access.decorator.js';

/** Finds the rule of a handler, and refuses to boot while any handler has none. */
@Injectable()
export class AccessRules implements OnApplicationBootstrap {
  /** By class and handler: both guards ask for each request. */
  private readonly known = new WeakMap<object, WeakMap<object, AccessRule>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws Error when the handler declares nothing, which {@link onApplicationBootstrap} makes impossible */
  of(context: ExecutionContext): AccessRule {
    const [handler, owner] = [context.getHandler(), context.getClass()];
    const known = this.known.get(owner)?.get(handler);
    if (known) return known;
    const rule = this.lookUp(handler, owner);
    if (!rule) throw new Error(`${owner.name}.${handler.name} declares no access`);
    const ofOwner = this.known.get(owner) ?? new WeakMap<object, AccessRule>();
    this.known.set(owner, ofOwner.set(handler, rule));
    return rule;
  }

  onApplicationBootstrap(): void {
    const undeclared = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (!metatype || typeof metatype !== 'function') return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => Reflect.hasMetadata(PATH_METADATA, prototype[name]))
        .filter((name) => !this.lookUp(prototype[name], metatype))
        .map((name) => `${metatype.name}.${name}`);
    });
    if (undeclared.length > 0)
      throw new Error(
        `Handlers without @Access() or @Public(): ${undeclared.join(', ')}. Everything is denied unless declared.`,
      );
  }

  private lookUp(...targets: Parameters<Reflector['getAllAndOverride']>[1]): AccessRule | undefined {
    return this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_RULE, targets);
  }
}
