import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { RequestMethod, type Type } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, MetadataScanner } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import {
  ANY_COLLECTION,
  type AccessRule,
  type UserCollection,
} from '../../src/platform/security/access.decorator.js';
import { AccessRules } from '../../src/platform/security/access-rules.service.js';

/** A handler, by how it is called. */
export interface Route {
  method: string;
  path: string;
  rule: AccessRule;
}

/** Every handler of a running application as `METHOD /path`, with who may call it in words. */
export function permissionsOf(app: NestFastifyApplication): Record<string, string> {
  const rows = routesOf(app).map(({ method, path, rule }) => [`${method} ${path}`, inWords(rule)] as const);
  return Object.fromEntries(rows.sort(([one], [other]) => one.localeCompare(other)));
}

/** Every handler of a running application. */
export function routesOf(app: NestFastifyApplication): Route[] {
  const rules = app.get(AccessRules);
  return app
    .get(DiscoveryService, { strict: false })
    .getControllers()
    .flatMap(({ metatype }) => (metatype ? handlersOf(metatype as Type, rules) : []));
}

function handlersOf(controller: Type, rules: AccessRules): Route[] {
  const prototype = controller.prototype as Record<string, () => unknown>;
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .map((name) => prototype[name])
    .filter((handler) => Reflect.hasMetadata(PATH_METADATA, handler))
    .flatMap((handler) => {
      const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
      const rule = rules.of(new ExecutionContextHost([], controller, handler));
      return pathsOf(handler).flatMap((own) =>
        pathsOf(controller).map((base) => ({ method, path: join(base, own), rule })),
      );
    });
}

const pathsOf = (target: object) => [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat();

const join = (...parts: string[]) =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;

function ofCollection(collection: UserCollection): string {
  if (collection === ANY_COLLECTION) return 'any collection';
  return typeof collection === 'string' ? collection : `:${collection.parameter}`;
}

function inWords(rule: AccessRule): string {
  if (rule.kind === 'public') return `public: ${rule.reason}`;
  const own = rule.root ? 'root key' : rule.publishable ? 'any key' : 'secret key';
  const key = rule.key === true ? own : rule.key === false ? 'no key' : 'a key of its own';
  const collection = rule.collection === undefined ? '' : ` of ${ofCollection(rule.collection)}`;
  return `${key}, user${collection} ${rule.user}`;
}

/** Every route that the HTTP server answers, whoever registered it, without the `HEAD` that goes with `GET`. */
export function servedRoutes(app: NestFastifyApplication): string[] {
  const { httpAdapter } = app.get<HttpAdapterHost<FastifyAdapter>>(HttpAdapterHost);
  return [...routesIn(httpAdapter.getInstance().printRoutes({ commonPrefix: false }))].sort();
}

/** Reads Fastify's tree: each level is indented by four characters, methods stand in brackets behind the path. */
function* routesIn(tree: string): Generator<string> {
  const parents: string[] = [];
  for (const line of tree.split('\n')) {
    const match = /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!match) continue;
    const [, indent, part, methods] = match;
    parents.length = indent.length / 4;
    parents.push(part);
    for (const method of methods?.split(', ') ?? [])
      if (method !== 'HEAD') yield `${method} ${parents.join('')}`;
  }
}
