/** The part of the WebAssembly API that is used here; Node has it, its types do not. */
declare namespace WebAssembly {
  class Module {
    readonly #module;
  }
  class Instance {
    readonly exports: Record<string, unknown>;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
    /** @returns the size before, in pages of 64 KiB */
    grow(pages: number): number;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  let instantiate: (
    source: Uint8Array | Module,
    imports: object,
  ) => Promise<Instance | { module: Module; instance: Instance }>;
}
