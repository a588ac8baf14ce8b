import { parseArgs } from 'node:util';
import { ConfigSources } from '../platform/config/config-sources.js';
import type { Config } from '../platform/config/config.js';

/** The command line is not one that is understood; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The settings, as the server has them: from secret files, Vault and the environment.
 *
 * @throws ConfigError naming every bad value at once
 */
export async function commandConfig(): Promise<Config> {
  const sources = await ConfigSources.open();
  await sources.close();
  for (const warning of sources.warnings) process.stderr.write(`${warning}\n`);
  return sources.config;
}

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

/** Runs a command, prints what it answers, and turns a failure into one line and exit code 1, or 2 for a command line that is not understood. */
export async function runCommand(action: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await action()}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
