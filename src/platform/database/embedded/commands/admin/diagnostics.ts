import { arch, cpus, hostname, platform, release, totalmem, type } from 'node:os';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { toNumber } from '../arguments.js';
import type { CommandContext, EngineParts } from '../context.js';
import { SERVER_VERSION } from './handshake.js';

export function hostInfo(): Document {
  return {
    system: {
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: BigInt(Math.round(totalmem() / 2 ** 20)),
      numCores: cpus().length,
      cpuArch: arch(),
      numaEnabled: false,
    },
    os: { type: type(), name: platform(), version: release() },
    extra: { nodeVersion: process.version },
    ok: 1,
  };
}

export function serverStatus({ engine }: CommandContext): Document {
  const memory = process.memoryUsage();
  const uptime = (Date.now() - engine.started.getTime()) / 1000;
  const { current, total } = engine.counters.connections();
  return {
    host: hostname(),
    version: SERVER_VERSION,
    process: 'coglex',
    pid: BigInt(process.pid),
    uptime: Math.round(uptime),
    uptimeMillis: BigInt(Math.round(uptime * 1000)),
    localTime: new Date(),
    connections: {
      current,
      available: 100_000,
      totalCreated: total,
      active: engine.operations.list().length,
    },
    metrics: { cursor: { open: { total: BigInt(engine.cursors.count) } } },
    opcounters: { ...engine.counters.commands },
    opLatencies: latenciesOf(engine),
    mem: { bits: 64, resident: Math.round(memory.rss / 2 ** 20), supported: true },
    storageEngine: { name: 'lmdb', persistent: true, readOnly: false },
    lmdb: { ...engine.catalog.environment.usage() },
    ok: 1,
  };
}

/** In microseconds, as a server tells them. */
function latenciesOf({ counters }: EngineParts): Document {
  const entries = Object.entries(counters.latencies).map(([kind, { operations, milliseconds }]) => [
    kind,
    { latency: BigInt(Math.round(milliseconds * 1000)), ops: BigInt(operations) },
  ]);
  return Object.fromEntries(entries) as Document;
}

/** What shells and tools ask for when they connect; everything else is unknown, as on a server. */
export function getParameter({ command }: CommandContext): Document {
  if (command.getParameter === '*') return { featureCompatibilityVersion: { version: '7.0' }, ok: 1 };
  const wanted = Object.keys(command);
  if (wanted.includes('featureCompatibilityVersion'))
    return { featureCompatibilityVersion: { version: '7.0' }, ok: 1 };
  throw new CommandError('InvalidOptions', 'no option found to get');
}

export function getLog({ command }: CommandContext): Document {
  if (command.getLog === '*') return { names: ['global', 'startupWarnings'], ok: 1 };
  return { totalLinesWritten: 0, log: [], ok: 1 };
}

export function getCmdLineOpts(): Document {
  return { argv: [], parsed: {}, ok: 1 };
}

export function top(): Document {
  return { totals: {}, ok: 1 };
}

export function currentOp({ engine }: CommandContext): Document {
  const inprog = engine.operations.list().map(({ id, started, description }) => ({
    type: 'op',
    opid: id,
    active: true,
    currentOpTime: new Date().toISOString(),
    client: description.client,
    ns: description.namespace,
    command: { [description.command]: 1, $db: description.database },
    secs_running: BigInt(Math.floor((Date.now() - started) / 1000)),
    microsecs_running: BigInt((Date.now() - started) * 1000),
  }));
  return { inprog, ok: 1 };
}

export function killOp({ engine, command }: CommandContext): Document {
  const id = toNumber(command.op);
  if (id === undefined) throw new CommandError('TypeMismatch', 'Did not provide "op" field as a number');
  engine.operations.find(id)?.kill();
  return { info: 'attempting to kill op', ok: 1 };
}
