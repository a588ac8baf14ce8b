import { fstatSync, readSync, writeSync } from 'node:fs';
import { Channel } from './channel.js';
import type { RunMessage } from './protocol.js';
import { Interpreter, makeSnapshot } from './python/interpreter.js';
import { Session } from './python/session.js';

// A process that runs Python, one run at a time, from a snapshot that the server has opened for it; with the word
// `snapshot` it makes one instead. It starts with nothing that it may do but read its own code, and is killed from
// outside.

const STDOUT = 1;
const SNAPSHOT = 3;

const exit = process.exit.bind(process);
const cpuUsage = process.cpuUsage.bind(process);

if (process.argv[2] === 'snapshot') await printSnapshot();
else await serve();

async function serve(): Promise<void> {
  let session: Session | undefined;
  const channel = new Channel((message) => {
    if (message.kind === 'run') void execute(message);
    else session?.answer(message);
  });
  const interpreter = await Interpreter.start(readSnapshot());
  channel.send({ kind: 'ready' });

  async function execute(run: RunMessage): Promise<void> {
    const before = cpuUsage();
    session = new Session(run, channel, interpreter);
    const { broken, ...outcome } = await session.finish();
    session = undefined;
    const { user, system } = cpuUsage(before);
    channel.send({ kind: 'done', ...outcome, cpu: (user + system) / 1000 });
    if (broken || !interpreter.reset()) exit(0);
    channel.send({ kind: 'ready' });
  }
}

async function printSnapshot(): Promise<void> {
  let bytes = await makeSnapshot();
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(STDOUT, bytes));
  exit(0);
}

function readSnapshot(): Uint8Array {
  const bytes = new Uint8Array(fstatSync(SNAPSHOT).size);
  for (let at = 0; at < bytes.length;) {
    const read = readSync(SNAPSHOT, bytes, at, bytes.length - at, at);
    if (read === 0) throw new Error('The snapshot ends too early');
    at += read;
  }
  return bytes;
}
