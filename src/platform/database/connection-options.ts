import type { ConnectOptions } from 'mongoose';
import { tracesAreWanted } from '../tracing/traces-are-wanted.js';
import type { Config } from '../config/config.js';

/**
 * Longest wait for a server, in milliseconds. An operation that is under way when a server falls silent is broken off
 * after the times of {@link SILENCE} and then waits for another server: all three together are less than 2 s.
 */
const SERVER_SELECTION_MS = 700;

/**
 * How soon a server is given up that falls silent instead of closing its connections, in milliseconds: the time
 * between two looks at it, and how long one look may take.
 */
const SILENCE = { heartbeatFrequencyMS: 500, connectTimeoutMS: 700 };

/** A socket that is silent for longer than any query may run, in milliseconds beyond that time, is dead. */
const SOCKET_GRACE_MS = 5000;

/**
 * How the driver connects. What the address itself says wins, so that an operator can change anything:
 * `mongodb://…/?connectTimeoutMS=5000`.
 */
export function connectionOptions(uri: string, config: Config): ConnectOptions {
  const longest = config.MONGODB_MAX_TIME_MS + SOCKET_GRACE_MS;
  const options: ConnectOptions = {
    maxPoolSize: config.MONGODB_POOL_SIZE,
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    // The embedded engine does one thing at a time: when it is silent, it is busy with a query.
    ...(config.MONGODB_URI === undefined ? { connectTimeoutMS: longest } : SILENCE),
    waitQueueTimeoutMS: config.MONGODB_MAX_TIME_MS,
    socketTimeoutMS: longest,
    appName: 'coglex',
    // Costs a copy of each command.
    ...(tracesAreWanted(config) ? { monitorCommands: true } : {}),
  };
  const query = new URLSearchParams(uri.split('?', 2)[1]);
  const said = new Set([...query.keys()].map((name) => name.toLowerCase()));
  const unsaid = Object.entries(options).filter(([name]) => !said.has(name.toLowerCase()));
  // Without a connection commands fail at once instead of waiting in mongoose for one.
  return { ...Object.fromEntries(unsaid), dbName: config.MONGODB_DATABASE, bufferCommands: false };
}
