/** Background work that comes back. */
export interface Job {
  /** Unique, in words with `-`: `mail-delivery`. */
  name: string;
  /** Time between two runs, in milliseconds; also how soon a failed run is tried again. */
  everyMs: number;
  /**
   * Whether one instance of several runs it at a time (the default). Work that leases its own pieces runs on all.
   */
  exclusive?: boolean;
  /** Longest time of one run, in milliseconds; an instance that dies holds an exclusive job up for so long. */
  leaseMs?: number;
  /** @param signal aborted when the server stops; a run should then end soon */
  run: (signal: AbortSignal) => Promise<void>;
}
