import { randomBytes } from 'node:crypto';
import { ObjectId } from 'bson';
import { MAX_DOCUMENT_BYTES } from '../../bson/codec.js';
import { MAX_MESSAGE_BYTES } from '../../protocol/frames.js';
import type { Document } from '../../types.js';
import type { CommandContext } from '../context.js';

/** The version whose behaviour this engine follows. */
export const SERVER_VERSION = '7.0.0';
const WIRE_VERSION = 21;

const PROCESS_ID = new ObjectId(randomBytes(12));

/**
 * `hello` and its older names. Without `topologyVersion`, drivers poll instead of waiting for changes that a
 * standalone server does not have.
 */
export function hello({ name, command, connection }: CommandContext): Document {
  return {
    ...(command.helloOk === true && { helloOk: true }),
    ...(name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }),
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: connection.id,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
    ok: 1,
  };
}

export function ping(): Document {
  return { ok: 1 };
}

export function buildInfo(): Document {
  return {
    version: SERVER_VERSION,
    gitVersion: '0'.repeat(40),
    modules: ['coglex'],
    allocator: 'system',
    javascriptEngine: 'none',
    sysInfo: 'deprecated',
    versionArray: [...SERVER_VERSION.split('.').map(Number), 0],
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    storageEngines: ['lmdb'],
    ok: 1,
  };
}

export function connectionStatus({ arguments: fields }: CommandContext): Document {
  fields.ignore('connectionStatus', 'showPrivileges');
  return {
    authInfo: { authenticatedUsers: [], authenticatedUserRoles: [], authenticatedUserPrivileges: [] },
    ok: 1,
  };
}

export function whatsMyUri({ connection }: CommandContext): Document {
  return { you: connection.client, ok: 1 };
}

/** Sessions only group what belongs together for transactions, which there are none of: any id is one. */
export function startSession(): Document {
  return { id: { id: PROCESS_ID }, timeoutMinutes: 30, ok: 1 };
}

export function acknowledge(): Document {
  return { ok: 1 };
}
