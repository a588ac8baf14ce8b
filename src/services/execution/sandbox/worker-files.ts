import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// `src/services/execution/sandbox` and `dist/services/execution/sandbox` lie equally deep. Workers always run what
// was built: a process of its own cannot be compiled on the way.
const ROOT = join(import.meta.dirname, '../../../..');
const BUILT = join(ROOT, 'dist/services/execution/worker');

/** Kinds of workers: TypeScript runs where JavaScript does. */
export type Runtime = 'javascript' | 'python';

/** Packages that a worker loads, or the scopes that they stand in. */
const PACKAGES: Record<Runtime, string[]> = {
  javascript: [
    'quickjs-emscripten',
    'quickjs-emscripten-core',
    '@jitl',
    'sucrase',
    'lines-and-columns',
    'ts-interface-checker',
    '@jridgewell',
  ],
  python: ['pyodide'],
};

/** Heap of V8 in MiB; what code needs stands in WebAssembly's memory, which is limited by itself. */
const HEAP_MIB = 96;

const PAGES_PER_MIB = 16;

/** The program of a worker. */
export const workerFile = (runtime: Runtime) => join(BUILT, `${runtime}.worker.js`);

/** Everything that a worker may read: its own code. */
export function readableFiles(runtime: Runtime): string[] {
  const packages = PACKAGES[runtime].map((name) => join(ROOT, 'node_modules', name, '/'));
  return [join(BUILT, '/'), join(ROOT, 'package.json'), ...packages.filter((path) => existsSync(path))];
}

/** The command that becomes a worker. @param memory most MiB that a WebAssembly memory may ever have */
export function workerCommand(runtime: Runtime, memory: number): string[] {
  return [
    process.execPath,
    '--permission',
    ...readableFiles(runtime).map((path) => `--allow-fs-read=${path}`),
    // No text becomes code in the worker itself, whatever gets hold of its functions.
    '--disallow-code-generation-from-strings',
    `--wasm-max-mem-pages=${memory * PAGES_PER_MIB}`,
    `--max-old-space-size=${HEAP_MIB}`,
    '--v8-pool-size=1',
    '--no-warnings',
    workerFile(runtime),
  ];
}

let version: string | undefined;

/** Changes with the interpreter and with what runs in it, so that what was made with another is not used. */
export function workerVersion(): string {
  version ??= createHash('sha256')
    .update(process.version)
    .update(readFileSync(join(ROOT, 'node_modules/pyodide/package.json')))
    .update(readFileSync(join(BUILT, 'python/runtime.py')))
    .digest('hex')
    .slice(0, 16);
  return version;
}
