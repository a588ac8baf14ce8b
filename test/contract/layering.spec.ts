import {
  importsOf,
  readsEnvironment,
  resolveImport,
  sourceFiles,
  type SourceFile,
} from '../support/source-tree.js';

/** From the bottom up: a file may import from its own layer and from those below. */
const LAYERS = [
  ['embedded', 'src/platform/database/embedded/'],
  ['platform', 'src/platform/'],
  ['services', 'src/services/'],
  ['gateway', 'src/gateway/'],
  ['app', 'src/'],
] as const;

const MAX_LINES = 400;

/** Folders that others enter through their `index.ts` alone. */
const ROOM = /^src\/(?:(?:services|gateway)\/[^/]+|platform\/database\/embedded)\//;

const layerOf = (path: string) => LAYERS.findIndex(([, prefix]) => path.startsWith(prefix));
const roomOf = (path: string) => ROOM.exec(path)?.[0];

/** Imports of a file that lead to another file of the product. */
const targetsOf = (file: SourceFile) =>
  importsOf(file)
    .flatMap((specifier) => resolveImport(file, specifier) ?? [])
    .filter((target) => target.startsWith('src/'));

const climbs = (file: SourceFile) => targetsOf(file).filter((target) => layerOf(target) > layerOf(file.path));

const breaksIn = (file: SourceFile) =>
  targetsOf(file).filter((target) => {
    const room = roomOf(target);
    return room !== undefined && room !== roomOf(file.path) && target !== `${room}index.ts`;
  });

const broken = (files: SourceFile[], offences: (file: SourceFile) => string[]) =>
  files.flatMap((file) => offences(file).map((target) => `${file.path} → ${target}`));

describe('the layers of the product', () => {
  const all = sourceFiles('src');
  const files = all.filter(({ path }) => !path.endsWith('.spec.ts'));

  it('have files in them', () => {
    expect(files.length).toBeGreaterThan(50);
    for (const [name, prefix] of LAYERS.filter(([layer]) => layer !== 'gateway'))
      expect({ name, files: files.some(({ path }) => path.startsWith(prefix)) }).toEqual({
        name,
        files: true,
      });
  });

  it('point one way: embedded ← platform ← services ← gateway ← app', () => {
    expect(broken(files, climbs)).toEqual([]);
  });

  it('let others into a service, an application or the engine through its index.ts alone', () => {
    expect(broken(files, breaksIn)).toEqual([]);
  });

  it('have no two services or applications that need each other', () => {
    const needs = new Map<string, Set<string>>();
    for (const file of files) {
      const room = roomOf(file.path);
      if (!room) continue;
      const others = targetsOf(file).flatMap((target) => roomOf(target) ?? []);
      needs.set(room, new Set([...(needs.get(room) ?? []), ...others].filter((other) => other !== room)));
    }
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      [...(needs.get(from) ?? [])].some(
        (next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))),
      );
    expect([...needs.keys()].filter((room) => reaches(room, room))).toEqual([]);
  });

  it('keep Nest out of the engine', () => {
    const engine = files.filter(({ path }) => layerOf(path) === 0);
    const nest = (file: SourceFile) =>
      importsOf(file).filter((specifier) => /^(@nestjs\/|nestjs-|reflect-metadata$)/.test(specifier));
    expect(broken(engine, nest)).toEqual([]);
  });

  it('read the environment in the settings alone', () => {
    const readers = files.filter(readsEnvironment).map(({ path }) => path);
    expect(readers).toEqual(['src/platform/config/load-config.ts']);
  });

  it('have no drawers', () => {
    const drawers = all.filter(({ path }) => /\/(utils?|common|shared|helpers?)(\/|\.ts$)/.test(path));
    expect(drawers.map(({ path }) => path)).toEqual([]);
  });

  it(`have no file of more than ${MAX_LINES} lines, tests included`, () => {
    const long = [...all, ...sourceFiles('test')].filter(
      ({ text }) => text.trimEnd().split('\n').length > MAX_LINES,
    );
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

describe('the rules', () => {
  const file = (path: string, text: string): SourceFile => ({ path, text });

  it.each([
    ['an import', "import { a } from '../../main.js';"],
    ['an import of a type', "import type { A } from '../../main.js';"],
    ['an import for its effect', "import '../../main.js';"],
    ['an export', "export * from '../../main.js';"],
    ['a dynamic import', "const a = await import('../../main.js');"],
    ['a type in place', "let a: import('../../main.js').A;"],
    ['require', "const a = require('../../main.js');"],
  ])('see %s', (_what, text) => {
    expect(climbs(file('src/platform/moon/moon.ts', text))).toEqual(['src/main.ts']);
  });

  it.each([
    ['src/platform/database/embedded/a.ts', '../database.service.js'],
    ['src/platform/http/a.ts', '../../services/auth/index.js'],
    ['src/services/auth/a.ts', '../../gateway/portal/index.js'],
    ['src/gateway/portal/a.ts', '../../app.module.js'],
  ])('see that %s climbs to %s', (path, specifier) => {
    expect(climbs(file(path, `import '${specifier}';`))).toHaveLength(1);
  });

  it.each([
    ['src/services/storage/a.ts', '../auth/auth.service.js', 1],
    ['src/services/storage/a.ts', '../auth/index.js', 0],
    ['src/services/storage/dto/a.ts', '../b.js', 0],
    ['src/app.module.ts', './services/auth/auth.module.js', 1],
    ['src/platform/database/a.ts', './embedded/storage/b.js', 1],
    ['src/platform/database/a.ts', './embedded/index.js', 0],
  ])('see whether %s may enter at %s', (path, specifier, offences) => {
    expect(breaksIn(file(path, `import '${specifier}';`))).toHaveLength(offences);
  });

  it.each([
    'process.env.HOME',
    "process['env']",
    'globalThis.process.env',
    'const { env } = process;',
    'const p = process;',
    "import { env } from 'node:process';",
  ])('see the environment in: %s', (text) => {
    expect(readsEnvironment(file('src/a.ts', text))).toBe(true);
  });

  it.each(['process.exit(1)', 'config.env', '// process.env', "'process.env'"])('see none in: %s', (text) => {
    expect(readsEnvironment(file('src/a.ts', text))).toBe(false);
  });
});
