import { createHash, type Hash } from 'node:crypto';

/** Uploads whose hash is kept between requests; the others are read again at their end. */
const MAX_KEPT = 256;

interface Running {
  hash: Hash;
  offset: number;
}

/** Hashes of uploads as far as they have come through this process. */
export class RunningHashes {
  private readonly kept = new Map<string, Running>();

  /** Goes on at an offset. @returns `undefined` when what came before did not come through here */
  resume(id: string, offset: number): Hash | undefined {
    const running =
      this.kept.get(id) ?? (offset === 0 ? { hash: createHash('sha256'), offset: 0 } : undefined);
    this.kept.delete(id);
    return running?.offset === offset ? running.hash : undefined;
  }

  keep(id: string, hash: Hash | undefined, offset: number): void {
    if (!hash) return;
    this.kept.set(id, { hash, offset });
    const oldest = this.kept.keys().next();
    if (this.kept.size > MAX_KEPT && !oldest.done) this.kept.delete(oldest.value);
  }

  /** The hash of a whole upload, in hex. */
  take(id: string, length: number): string | undefined {
    return this.resume(id, length)?.digest('hex');
  }
}
