/** What a driver finds. */
export interface Found {
  entry: string | undefined;
  /** The present version of each mark, in the order of the question. */
  versions: string[];
}

/** Ends a lock. Never rejects. */
export type Unlock = () => Promise<void>;

/**
 * Where entries are kept. A mark has a version; an entry that was made under other versions than those of now is over.
 * Whatever may be forgotten is forgotten together: a driver that has lost a mark gives it a version that never was.
 */
export interface CacheDriver {
  read(key: string, marks: readonly string[]): Promise<Found>;
  write(key: string, entry: string, lifeMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Gives marks new versions. */
  renew(marks: readonly string[]): Promise<void>;
  /** Keeps others from computing the same; `undefined` when somebody does already. */
  lock(key: string, ms: number): Promise<Unlock | undefined>;
}
