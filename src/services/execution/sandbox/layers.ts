import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { seccompCommand } from './seccomp.js';

const run = promisify(execFile);

/** Longest wait for one attempt, in milliseconds. */
const ATTEMPT_MS = 5000;

/** Uid and gid of `nobody`. */
const NOBODY = '65534';

/** Parts of the sandbox that do not depend on the machine. */
const ALWAYS = ['webassembly', 'process', 'node_permissions'] as const;

/** A command that wraps another, and the name of what it brings. */
interface Layer {
  name: string;
  command: string[];
}

/** What this machine offers around a worker. */
export interface Layers {
  /** Names of all parts that hold, from the inside out, as `/health` shows them. */
  names: string[];
  /** What the worker's own command is put behind. */
  command: string[];
}

/** In this order, for each needs what it can still do under those before it. */
const OFFERED: Layer[] = [
  ...(process.getuid?.() === 0
    ? [{ name: 'own_user', command: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] }]
    : []),
  { name: 'namespaces', command: ['unshare', '--user', '--map-current-user', '--net', '--ipc', '--uts'] },
  { name: 'parent_death', command: ['setpriv', '--pdeathsig=KILL', '--no-new-privs', '--inh-caps=-all'] },
  { name: 'resource_limits', command: ['prlimit', '--core=0', '--fsize=0', '--nofile=64'] },
  ...[seccompCommand(process.arch)].flatMap((command) => (command ? [{ name: 'seccomp', command }] : [])),
];

let found: Promise<Layers> | undefined;

/** Longest wait of {@link knownLayers}, in milliseconds: who asks for health has no patience. */
const PATIENCE_MS = 1000;

/** Names of the layers that hold; those that do anywhere while the others are still being tried. */
export async function knownLayers(files: string[]): Promise<readonly string[]> {
  const late = new Promise<readonly string[]>((resolve) => {
    setTimeout(() => resolve(ALWAYS), PATIENCE_MS).unref();
  });
  return Promise.race([findLayers(files).then(({ names }) => names), late]);
}

/** Finds out once which layers work here, by trying them. @param files what a worker must be able to read */
export function findLayers(files: string[]): Promise<Layers> {
  found ??= tryAll(files);
  return found;
}

async function tryAll(files: string[]): Promise<Layers> {
  const node = await realpath(process.execPath);
  let command: string[] = [];
  const names: string[] = [];
  for (const layer of OFFERED) {
    const more = [...command, ...layer.command];
    if (!(await works(more, node, files))) continue;
    command = more;
    names.push(layer.name);
  }
  return { names: [...ALWAYS, ...names], command };
}

async function works(command: string[], node: string, files: string[]): Promise<boolean> {
  const [program, ...args] = command;
  const attempt = (...inner: string[]) =>
    run(program, [...args, ...inner], { env: {}, timeout: ATTEMPT_MS, killSignal: 'SIGKILL' });
  try {
    await attempt('test', '-x', node);
    for (const file of files) await attempt('test', '-r', file);
    return true;
  } catch {
    return false;
  }
}
