import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';

/** What is left in the realm beside the language itself. */
const KEPT = new Set([
  'WebAssembly',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'console',
  'performance',
  'setTimeout',
  'clearTimeout',
  'read',
  'readbuffer',
  'load',
  'os',
  'arguments',
]);

/** Names of ECMAScript's own globals: a realm without Node has the same. */
const LANGUAGE =
  /^(?:globalThis|Infinity|NaN|undefined|eval|is(?:Finite|NaN)|parse(?:Float|Int)|(?:de|en)codeURI(?:Component)?|(?:un)?escape|Array(?:Buffer)?|Async.*|Atomics|Big.*|Boolean|DataView|Date|.*Error|FinalizationRegistry|Float.*|Function|Int.*|Intl|Iterator|JSON|Map|Math|Number|Object|Promise|Proxy|Reflect|RegExp|Set|Shared.*|String|Symbol|Uint.*|Weak.*)$/;

/** Nothing is told of what has been collected: the memory that it would be told of has been put back meanwhile. */
class NoRegistry {
  register(): void {}
  unregister(): void {}
}

/** A clock in whole milliseconds tells little of what others do on the processor. */
const milliseconds = performance.now.bind(performance);

/**
 * Makes this realm a bare shell before the interpreter is loaded into it, so that it finds nothing of Node: no
 * process, no modules, no network. What the worker itself needs it holds already.
 *
 * @param readFile reads the interpreter's own files; afterwards it can be closed
 */
export function leaveNode(readFile: (path: string) => Uint8Array): void {
  const realm = globalThis as unknown as Record<string, unknown>;
  // The names by which Emscripten knows a JavaScript shell, which gets its randomness from a command.
  Object.assign(realm, {
    readbuffer: readFile,
    read: (path: string) => Buffer.from(readFile(path)).toString(),
    load: () => undefined,
    arguments: [],
    os: {
      system: (_shell: string, [, command]: string[]) =>
        randomBytes(Number(/-c(\d+)/.exec(command)?.[1] ?? 0)).toString('base64'),
    },
    FinalizationRegistry: NoRegistry,
  });
  Object.defineProperty(performance, 'now', { value: () => Math.floor(milliseconds()) });
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (!KEPT.has(name) && !LANGUAGE.test(name)) delete realm[name];
}
