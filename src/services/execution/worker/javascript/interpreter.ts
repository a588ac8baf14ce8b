import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  RELEASE_SYNC,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
} from 'quickjs-emscripten';

/** Pages of 64 KiB that the module was linked to begin with. */
const FIRST_PAGES = 256;
const PAGES_PER_MIB = 16;

const STACK_BYTES = 256 * 1024;

/** `JS_EVAL_FLAG_ASYNC`: a script with top-level `await`; its value is wrapped into `{value}`, in a promise. */
const ASYNC_SCRIPT = 1 << 7;

/** Name of the code in stack traces. */
export const FILE_NAME = 'code.js';

/** QuickJS in a WebAssembly instance of its own, with a memory that cannot grow beyond a limit. */
export class Interpreter {
  private constructor(
    private readonly memory: WebAssembly.Memory,
    readonly runtime: QuickJSRuntime,
    readonly context: QuickJSContext,
  ) {}

  /** @param limit most memory in MiB */
  static async start(wasmModule: WebAssembly.Module, limit: number): Promise<Interpreter> {
    // Typed arrays are not counted by the interpreter; against the end of the memory everything is.
    const maximum = Math.max(FIRST_PAGES, limit * PAGES_PER_MIB);
    const wasmMemory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum });
    const quickjs = await newQuickJSWASMModuleFromVariant(
      newVariant(RELEASE_SYNC, { wasmModule, wasmMemory }),
    );
    const runtime = quickjs.newRuntime({
      memoryLimitBytes: limit * 1024 ** 2,
      maxStackSizeBytes: STACK_BYTES,
    });
    return new Interpreter(wasmMemory, runtime, runtime.newContext());
  }

  /** Most memory so far in MiB: it never shrinks. */
  get memoryUsed(): number {
    return Math.ceil(this.memory.buffer.byteLength / 1024 ** 2);
  }

  /** Begins a script. @returns the promise of its last value, or the exception of its syntax */
  evaluate(code: string): { promise: QuickJSHandle } | { thrown: QuickJSHandle } {
    const result = this.context.evalCode(code, FILE_NAME, ASYNC_SCRIPT);
    return result.error ? { thrown: result.error } : { promise: result.value };
  }

  /** The function `main` that the code has defined. */
  main(): QuickJSHandle | undefined {
    const result = this.context.evalCode('typeof main === "function" ? main : undefined', 'main.js');
    if (result.error) return undefined;
    return this.context.typeof(result.value) === 'function' ? result.value : undefined;
  }
}
