import { readFileSync } from 'node:fs';
import { Channel } from './channel.js';
import { exception } from './failures.js';
import { asScript } from './javascript/as-script.js';
import { Session } from './javascript/session.js';
import type { RunMessage } from './protocol.js';

// A process that runs JavaScript and TypeScript, one run at a time. It starts with nothing that it may do but read
// its own code, and is killed from outside.

const wasmFile = new URL(import.meta.resolve('@jitl/quickjs-wasmfile-release-sync/wasm'));
const wasm = await WebAssembly.compile(readFileSync(wasmFile));
let session: Session | undefined;

const channel = new Channel((message) => {
  if (message.kind === 'run') void execute(message);
  else session?.answer(message);
});
channel.send({ kind: 'ready' });

async function execute(run: RunMessage): Promise<void> {
  const before = process.cpuUsage();
  const outcome = await outcomeOf(run);
  const { user, system } = process.cpuUsage(before);
  session = undefined;
  channel.send({ kind: 'done', ...outcome, cpu: (user + system) / 1000 });
  channel.send({ kind: 'ready' });
}

async function outcomeOf(run: RunMessage) {
  try {
    const source = asScript(run.language === 'typescript' ? await withoutTypes(run.code) : run.code);
    session = await Session.start(run, channel, wasm, source);
  } catch (error) {
    const { message } = error as Error;
    const line = /\((\d+):\d+\)/.exec(message)?.[1];
    return { error: exception('SyntaxError', message, line === undefined ? null : Number(line)), memory: 0 };
  }
  return session.finish();
}

/** Loaded when it is needed: most code is JavaScript. */
async function withoutTypes(code: string): Promise<string> {
  return (await import('./javascript/transpile.js')).withoutTypes(code);
}
