import { Double } from 'bson';
import { encode } from '../bson/codec.js';
import { keysOf } from '../bson/key-order.js';
import { bsonType } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Operation } from '../cursors/operation.js';
import type { Request } from '../protocol/request.js';
import type { Document } from '../types.js';
import { Arguments } from './arguments.js';
import type { CommandContext, EngineParts, OperationKind } from './context.js';
import { findCommand, type CommandEntry } from './registry.js';
import { checkConcerns, checkTransaction, wantsFlush } from './concerns.js';

/** What a server still answers to drivers that say hello in the old form. */
const LEGACY_COMMANDS = new Set(['hello', 'isMaster', 'ismaster']);

/** Runs commands; whatever goes wrong is an answer. */
export class Dispatcher {
  constructor(private readonly engine: EngineParts) {}

  async dispatch(request: Request): Promise<Uint8Array> {
    const started = performance.now();
    const name = keysOf(request.command)[0] ?? '';
    const operation = this.engine.operations.start(
      {
        database: request.database,
        command: name,
        namespace: namespaceOf(request, name),
        client: request.connection.client,
      },
      request.connection.closed,
    );
    try {
      const reply = await this.run(request, name, operation);
      return reply instanceof Uint8Array ? reply : encodeReply(reply);
    } catch (error) {
      return encodeReply(this.describe(error, name));
    } finally {
      this.engine.operations.finish(operation);
      const latency = this.engine.counters.latencies[kindOf(name)];
      latency.operations++;
      latency.milliseconds += performance.now() - started;
    }
  }

  private async run(request: Request, name: string, operation: Operation): Promise<Document | Uint8Array> {
    const entry = this.find(request, name);
    const { command } = request;
    checkTransaction(command);
    checkConcerns(command);
    operation.limitTime(readTimeLimit(command));
    const context: CommandContext = {
      engine: this.engine,
      database: request.database,
      name,
      command,
      arguments: new Arguments(command, name),
      sequences: request.sequences,
      operation,
      connection: request.connection,
      now: new Date(),
    };
    const reply = await entry.run(context);
    return entry.writes && wantsFlush(command) ? this.flushed(reply) : reply;
  }

  /** Waits for the disk. When that fails, the write is there all the same, and may be lost. */
  private async flushed(reply: Document | Uint8Array): Promise<Document | Uint8Array> {
    try {
      await this.engine.catalog.environment.flush();
      return reply;
    } catch (error) {
      if (reply instanceof Uint8Array) throw error;
      this.engine.logger.error({ err: error }, 'Data could not be flushed to the disk');
      const errmsg = error instanceof Error ? error.message : String(error);
      return { ...reply, writeConcernError: { code: 64, codeName: 'WriteConcernFailed', errmsg } };
    }
  }

  private find(request: Request, name: string): CommandEntry {
    if (request.isLegacy && !LEGACY_COMMANDS.has(name))
      throw new CommandError(
        'UnsupportedOpQueryCommand',
        `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`,
      );
    const entry = findCommand(name);
    if (!entry) throw new CommandError('CommandNotFound', `no such command: '${name}'`);
    this.engine.counters.commands[entry.counter]++;
    return entry;
  }

  private describe(error: unknown, name: string): Document {
    if (error instanceof CommandError)
      return { ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName, ...error.extra };
    this.engine.logger.error({ err: error, command: name }, 'A command failed unexpectedly');
    return { ok: 0, errmsg: 'internal error', code: 1, codeName: 'InternalError' };
  }
}

const READS = new Set(['find', 'getMore', 'aggregate', 'count', 'distinct']);
const WRITES = new Set(['insert', 'update', 'delete', 'findAndModify', 'findandmodify']);

function kindOf(name: string): OperationKind {
  if (READS.has(name)) return 'reads';
  return WRITES.has(name) ? 'writes' : 'commands';
}

/** `ok` is a double on the wire, as drivers of typed languages expect it. */
function encodeReply(reply: Document): Uint8Array {
  return encode({ ...reply, ok: new Double(Number(reply.ok)) });
}

/** @throws CommandError TypeMismatch, BadValue */
function readTimeLimit({ maxTimeMS }: Document): number {
  if (maxTimeMS === undefined || maxTimeMS === null) return 0;
  const milliseconds = Number(maxTimeMS);
  if (!Number.isInteger(milliseconds))
    throw new CommandError('BadValue', `maxTimeMS has a wrong value of type ${bsonType(maxTimeMS).alias}`);
  if (milliseconds < 0 || milliseconds > 2 ** 31 - 1)
    throw new CommandError('BadValue', `${milliseconds} value for maxTimeMS is out of range`);
  return milliseconds;
}

function namespaceOf({ database, command }: Request, name: string): string {
  const collection = name === 'getMore' ? command.collection : command[name];
  return typeof collection === 'string' ? `${database}.${collection}` : database;
}
