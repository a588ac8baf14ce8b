const PAGE = 65_536;

let mostBytes = Infinity;

/** Lets the memories of this process grow to a size and no further; V8 holds a limit of its own above it. */
export function limitMemory(bytes: number): void {
  mostBytes = bytes;
}

/** Must be called before an interpreter is made. */
export function watchMemory(): void {
  const prototype = WebAssembly.Memory.prototype;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its memory below
  const { grow } = prototype;
  prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE > mostBytes) throw new RangeError('The memory is at its limit');
    return grow.call(this, pages);
  };
}
