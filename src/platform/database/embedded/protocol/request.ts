import type { Document } from '../types.js';

/** A command on its way to whoever runs it. */
export interface Request {
  database: string;
  command: Document;
  sequences: ReadonlyMap<string, Buffer[]>;
  connection: ConnectionInfo;
  /** Came as OP_QUERY, where nothing but the first hello is served. */
  isLegacy: boolean;
}

/** What commands may know of the connection they came by. */
export interface ConnectionInfo {
  readonly id: number;
  /** Address of the client, such as `127.0.0.1:51234`. */
  readonly client: string;
  /** Aborted when the connection is closed: nobody waits for the answer any more. */
  readonly closed: AbortSignal;
}

/** @returns the answer as BSON; an error of the command is an answer as well */
export type Dispatch = (request: Request) => Promise<Uint8Array>;
