import { parseArgs } from 'node:util';

/**
 * The arguments of the command line.
 *
 * @throws Error with the usage when there are fewer or more than `count`
 */
export function argumentsOf(usage: string, count: number): string[] {
  const { positionals } = parseArgs({ allowPositionals: true, strict: true, options: {} });
  if (positionals.length !== count) throw new Error(`Usage: ${usage}`);
  return positionals;
}

/** Runs a command, prints what it answers, and turns a failure into one line and exit code 1. */
export async function runCommand(action: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await action()}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
