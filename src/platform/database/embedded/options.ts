import type { Logger } from './logger.js';

/** Where the engine keeps its data and where it listens. */
export interface EngineOptions {
  /** Data directory; created when it is not there, and locked while the engine runs. */
  directory: string;
  /** Path of the Unix socket; default: in the data directory. */
  socketPath?: string;
  /** Loopback address to listen on instead of a Unix socket. There is no authentication. */
  host?: string;
  /** Port on `host`; 0 or absent for any that is free. */
  port?: number;
  /** Serve in the caller's thread instead of a worker's. Default: false. */
  inThread?: boolean;
  logger?: Logger;
  /** Bytes that one command may hold in memory. Default: 100 MiB. */
  maxMemoryPerQuery?: number;
  /** How often documents are looked for whose TTL is over, in milliseconds. Default: 60 s. */
  reapInterval?: number;
}

/** The options that a worker can be given. */
export type ServiceOptions = Omit<EngineOptions, 'logger' | 'inThread'>;

/** A running engine. */
export interface Engine {
  /** Connection string for drivers. */
  readonly uri: string;
  /** Stops listening, ends what is running, and returns when everything is on the disk. */
  close(): Promise<void>;
  /**
   * Copies a consistent state of everything into a new directory while others go on writing.
   *
   * @param to directory that does not exist yet, or is empty
   */
  backup(to: string): Promise<void>;
}
