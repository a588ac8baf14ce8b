/** Background work that comes back. It has either `everyMs` or `cron`. */
export interface Job {
  /** Unique, in words with `-`: `mail-delivery`. */
  name: string;
  /**
   * Time between two runs, in milliseconds; also how soon a failed run is tried again. An exclusive job counts from the
   * beginning of a run, another from its end.
   */
  everyMs?: number;
  /** Five fields, or six with seconds: `0 3 * * *`. What failed is tried again after a minute, then ever more slowly. */
  cron?: string;
  /** Of `cron`, as in `Europe/Berlin`; UTC by default. */
  timezone?: string;
  /**
   * Whether one instance of several runs it at a time (the default). Work that leases its own pieces runs on all.
   */
  exclusive?: boolean;
  /**
   * How long an instance that dies holds an exclusive job up, in milliseconds; a minute by default. Runs may take
   * longer: their lease is renewed. The clocks of the instances may differ by half of it.
   */
  leaseMs?: number;
  /** When a run is told to stop, in milliseconds; an hour by default. */
  longestMs?: number;
  /** @param signal aborted when the server stops, and when the run takes too long; a run should then end soon */
  run: (signal: AbortSignal) => Promise<void>;
}

/** What had a job run. */
export type RunCause =
  /** It was due; the instance has found out by itself. */
  | 'clock'
  /** It was due; Redis has told one of the instances. */
  | 'queue'
  /** There was something to do. */
  | 'woken'
  /** An operator wanted it. */
  | 'operator';

/** How a run ended. */
export type RunResult =
  | 'succeeded'
  | 'failed'
  /** Told to stop because the server did. */
  | 'stopped'
  /** Told to stop because it took too long. */
  | 'overrun'
  /** Its instance died, or could not renew its lease. */
  | 'lost';

/** Whether it is a failure that a run ended like this. */
export const isFailure = (result: RunResult): boolean => result !== 'succeeded' && result !== 'stopped';

export const DEFAULT_LEASE_MS = 60_000;
export const DEFAULT_LONGEST_MS = 3_600_000;

/** Where a run takes place. */
export interface RunPlace {
  /** Id of the instance: a new one at each start. */
  instance: string;
  host: string;
}

/** A run that is under way. */
export interface CurrentRun extends RunPlace {
  id: string;
  cause: RunCause;
  started: Date;
}

/** A run that is over. */
export interface PastRun extends CurrentRun {
  ended: Date;
  result: RunResult;
  /** Code of the error by which it failed; its text stands in the log. */
  error?: string;
}

/** A job as the database knows it, in `_JOBS` of the installation. */
export interface StoredJob {
  /** Name of the job. */
  _id: string;
  /** Its schedule in words, to find out when that changes. */
  schedule?: string;
  /** Id of the run that holds the lease of an exclusive job. */
  owner?: string;
  /** Until when; exclusive jobs alone have it. */
  until?: Date;
  /** When the job is due again. */
  due?: Date;
  /** Somebody has woken it during its run. */
  again?: boolean;
  run?: CurrentRun;
  last?: PastRun;
  runs?: number;
  failures?: number;
  /** Failures since the last success. */
  streak?: number;
  /** End of the last run that succeeded. */
  succeeded?: Date;
}
