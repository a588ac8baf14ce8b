import { collMod } from './admin/coll-mod.js';
import {
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './admin/collections.js';
import {
  currentOp,
  getCmdLineOpts,
  getLog,
  getParameter,
  hostInfo,
  killOp,
  serverStatus,
  top,
} from './admin/diagnostics.js';
import {
  acknowledge,
  buildInfo,
  connectionStatus,
  hello,
  ping,
  startSession,
  whatsMyUri,
} from './admin/handshake.js';
import { createIndexes, dropIndexes, listIndexes } from './admin/indexes.js';
import { collStats, dbStats } from './admin/statistics.js';
import { validate } from './admin/validate.js';
import type { Handler, ServerCounters } from './context.js';
import { aggregate } from './read/aggregate.js';
import { count } from './read/count.js';
import { getMore, killCursors } from './read/cursors.js';
import { distinct } from './read/distinct.js';
import { explain } from './read/explain.js';
import { find } from './read/find.js';
import { deleteDocuments } from './write/delete.js';
import { findAndModify } from './write/find-and-modify.js';
import { insert } from './write/insert.js';
import { update } from './write/update.js';

/** A command that the engine serves. */
export interface CommandEntry {
  run: Handler;
  /** Changes data, so that its write concern counts. */
  writes: boolean;
  counter: keyof ServerCounters['commands'];
}

const COMMANDS = new Map<string, CommandEntry>();

function register(handlers: Record<string, Handler>, options: Partial<Omit<CommandEntry, 'run'>> = {}): void {
  for (const [name, run] of Object.entries(handlers))
    COMMANDS.set(name, { run, writes: false, counter: 'command', ...options });
}

register({ insert }, { writes: true, counter: 'insert' });
register({ update }, { writes: true, counter: 'update' });
register({ delete: deleteDocuments }, { writes: true, counter: 'delete' });
register({ findAndModify, findandmodify: findAndModify, aggregate }, { writes: true });
register({ find }, { counter: 'query' });
register({ getMore }, { counter: 'getmore' });
register({ killCursors, count, distinct, explain });
register(
  {
    create,
    collMod,
    drop,
    dropDatabase,
    renameCollection,
    createIndexes,
    dropIndexes,
    deleteIndexes: dropIndexes,
  },
  { writes: true },
);
register({ listCollections, listDatabases, listIndexes, validate });
register({ collStats, collstats: collStats, dbStats, dbstats: dbStats });
register({ hello, isMaster: hello, ismaster: hello, ping, buildInfo, buildinfo: buildInfo });
register({ connectionStatus, whatsmyuri: whatsMyUri, hostInfo, serverStatus, top, currentOp, killOp });
register({ getParameter, getLog, getCmdLineOpts, startSession, listCommands });
register({ endSessions: acknowledge, refreshSessions: acknowledge, killSessions: acknowledge });

/** By its exact name, as a server does. */
export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.get(name);
}

function listCommands(): Record<string, unknown> {
  const commands = [...COMMANDS.keys()].sort().map((name) => [name, { help: '', requiresAuth: false }]);
  return { commands: Object.fromEntries(commands) as Record<string, unknown>, ok: 1 };
}
