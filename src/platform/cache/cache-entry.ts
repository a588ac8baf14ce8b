/** Longest entry, in characters; what is longer is not worth its place. */
export const MOST_CHARACTERS = 1024 ** 2;

/** How eagerly an entry is renewed before its end; 1 is what is best in theory. */
const EAGERNESS = 1;

interface Kept {
  /** JSON text of the value; absent for `undefined`. */
  v?: string;
  /** Versions of the marks under which it was made. */
  m: string[];
  /** End of its life, in milliseconds since 1970. */
  u: number;
  /** How long it took to compute, in milliseconds. */
  c: number;
}

/** A value with what decides whether it still holds. */
export class CacheEntry {
  private constructor(private readonly kept: Kept) {}

  static of(json: string | undefined, versions: string[], lifeMs: number, costMs = 0): CacheEntry {
    return new CacheEntry({ v: json, m: versions, u: Date.now() + lifeMs, c: Math.ceil(costMs) });
  }

  /** @returns `undefined` for what is over, was made under other versions, or is nothing of ours */
  static read(text: string | undefined, versions: readonly string[]): CacheEntry | undefined {
    if (text === undefined) return undefined;
    try {
      const kept = JSON.parse(text) as Kept;
      const isSame = kept.m.length === versions.length && kept.m.every((one, at) => one === versions[at]);
      return isSame && kept.u > Date.now() ? new CacheEntry(kept) : undefined;
    } catch {
      return undefined;
    }
  }

  get json(): string | undefined {
    return this.kept.v;
  }

  get text(): string {
    return JSON.stringify(this.kept);
  }

  /**
   * Whether to compute it anew before it is over. The nearer its end and the dearer it is, the likelier: one of many
   * that ask does it, while the others go on with what is there (Vattani and others, "Optimal Probabilistic Cache
   * Stampede Prevention", 2015).
   */
  shouldRefresh(): boolean {
    const { u: until, c: cost } = this.kept;
    return Date.now() - cost * EAGERNESS * Math.log(Math.random()) >= until;
  }
}
