import type { Cursors } from '../cursors/cursors.js';
import type { Operation, Operations } from '../cursors/operation.js';
import type { Logger } from '../logger.js';
import type { ConnectionInfo } from '../protocol/request.js';
import type { Catalog } from '../storage/catalog.js';
import type { IndexBuilder } from '../storage/index-builder.js';
import type { Reclaimer } from '../storage/reclaimer.js';
import type { Document } from '../types.js';
import type { Arguments } from './arguments.js';

/** What commands work with. */
export interface EngineParts {
  readonly catalog: Catalog;
  readonly builder: IndexBuilder;
  readonly reclaimer: Reclaimer;
  readonly cursors: Cursors;
  readonly operations: Operations;
  readonly logger: Logger;
  readonly maxMemoryPerQuery: number;
  readonly started: Date;
  /** For `serverStatus`. */
  readonly counters: ServerCounters;
}

/** As MongoDB tells them apart in `opLatencies`. */
export type OperationKind = 'reads' | 'writes' | 'commands';

export interface ServerCounters {
  commands: Record<'insert' | 'query' | 'update' | 'delete' | 'getmore' | 'command', number>;
  connections(): { current: number; total: number };
  /** Operations of a kind, and the time that they took together, in milliseconds. */
  latencies: Record<OperationKind, { operations: number; milliseconds: number }>;
}

/** One command that is being run. */
export interface CommandContext {
  readonly engine: EngineParts;
  readonly database: string;
  readonly name: string;
  readonly command: Document;
  readonly arguments: Arguments;
  /** Documents sent beside the command. */
  readonly sequences: ReadonlyMap<string, Buffer[]>;
  readonly operation: Operation;
  readonly connection: ConnectionInfo;
  /** One instant for the whole command. */
  readonly now: Date;
}

/** Answers with a document, or with BSON that is complete already. */
export type Handler = (context: CommandContext) => Promise<Document | Uint8Array> | Document | Uint8Array;
