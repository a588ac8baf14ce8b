/**
 * Keeps texts for a while. What is in it may be gone at any moment, and is never the only copy of anything.
 *
 * The key is the caller's own affair: what belongs to a project or a user must name it.
 */
export abstract class Cache {
  abstract get(key: string): Promise<string | undefined>;

  /** @param seconds life of the entry */
  abstract set(key: string, value: string, seconds: number): Promise<void>;

  abstract delete(key: string): Promise<void>;
}
