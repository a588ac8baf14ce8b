import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeReadOnly, rememberStreams, type FileSystem } from './files.js';
import { limitMemory, watchMemory } from './memory.js';
import { leaveNode } from './realm.js';

const MIB = 1024 ** 2;

/** Growth of the memory, in MiB, that the next run may inherit; it cannot be given back. */
const TOLERATED_GROWTH = 32;

const RUNTIME = readFileSync(new URL('./runtime.py', import.meta.url), 'utf8');
const PYODIDE = fileURLToPath(new URL('.', import.meta.resolve('pyodide')));

/** What is used of Pyodide. */
interface Pyodide {
  runPython(code: string): unknown;
  pyimport(name: string): Runtime;
  makeMemorySnapshot(): Uint8Array;
  setStdout(options: { write: (bytes: Uint8Array) => number }): void;
  setStderr(options: { write: (bytes: Uint8Array) => number }): void;
  FS: FileSystem;
  _module: { HEAPU8: Uint8Array };
  _api: { lockfile_info?: unknown };
}

/** `runtime.py`, seen from here. */
interface Runtime {
  begin: (this: void, request: string) => string;
  step: (this: void) => string;
  deliver: (this: void, answer: string) => void;
  _seal: (this: void) => void;
}

type Loader = (options: Record<string, unknown>) => Promise<Pyodide>;

/** Receives what Python prints. */
export type Print = (stream: 'stdout' | 'stderr', text: string) => void;

/** Loads Pyodide into this realm, which is no longer Node's afterwards. */
async function load(options: Record<string, unknown>): Promise<Pyodide> {
  watchMemory();
  leaveNode((path) => readFileSync(path));
  const { loadPyodide } = (await import('pyodide')) as unknown as { loadPyodide: Loader };
  // There are no packages beside the standard library, and nowhere to get them from.
  const info = { abi_version: '2026_0', arch: 'wasm32', platform: 'emscripten', python: '3.14', version: '' };
  return loadPyodide({
    indexURL: PYODIDE,
    packageBaseUrl: '/',
    lockFileContents: { info, packages: {} },
    jsglobals: Object.create(null),
    ...options,
  });
}

/** Python as it is right after its start, in bytes; starting from them is faster than starting. */
export async function makeSnapshot(): Promise<Uint8Array> {
  const pyodide = await load({ _makeSnapshot: true });
  pyodide.runPython(
    `import sys, types\nm = sys.modules["_coglex"] = types.ModuleType("_coglex")\nexec(compile(${JSON.stringify(RUNTIME)}, "_coglex.py", "exec"), m.__dict__)\ndel m`,
  );
  return pyodide.makeMemorySnapshot();
}

/** Python in WebAssembly, put back to the moment after its start when a run has ended. */
export class Interpreter {
  private readonly baseline: Uint8Array;
  private readonly restoreStreams: () => void;

  private constructor(
    private readonly pyodide: Pyodide,
    readonly runtime: Runtime,
    private readonly print: { current?: Print },
  ) {
    this.restoreStreams = rememberStreams(pyodide.FS);
    this.baseline = pyodide._module.HEAPU8.slice();
  }

  static async start(snapshot: Uint8Array): Promise<Interpreter> {
    const pyodide = await load({ _loadSnapshot: snapshot });
    const print: { current?: Print } = {};
    const write = (stream: 'stdout' | 'stderr') => {
      const decoder = new TextDecoder();
      return (bytes: Uint8Array) => {
        print.current?.(stream, decoder.decode(bytes, { stream: true }));
        return bytes.length;
      };
    };
    pyodide.setStdout({ write: write('stdout') });
    pyodide.setStderr({ write: write('stderr') });
    const runtime = pyodide.pyimport('_coglex');
    // Bound now: nothing of Python may be looked up by name once code has run.
    const bound: Runtime = {
      begin: runtime.begin,
      step: runtime.step,
      deliver: runtime.deliver,
      _seal: runtime._seal,
    };
    bound._seal();
    makeReadOnly(pyodide.FS);
    return new Interpreter(pyodide, bound, print);
  }

  /** @param memory most MiB beside what the interpreter has at its start */
  prepare(memory: number, print: Print): void {
    this.print.current = print;
    limitMemory(this.baseline.length + memory * MIB);
  }

  /** Size of the memory in MiB. */
  get memoryUsed(): number {
    return Math.ceil(this.pyodide._module.HEAPU8.length / MIB);
  }

  /** Forgets all of a run. @returns whether the interpreter can be used again */
  reset(): boolean {
    this.print.current = undefined;
    const memory = this.pyodide._module.HEAPU8;
    if (memory.length > this.baseline.length + TOLERATED_GROWTH * MIB) return false;
    memory.set(this.baseline);
    memory.fill(0, this.baseline.length);
    this.restoreStreams();
    return true;
  }
}
