import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { parse as parseDotenv } from 'dotenv';
import { checkConfig, checkSecret } from './check-config.js';
import { Config } from './config.js';
import { settings } from './setting.decorator.js';
import { generatedSecret, SECRET_FILE } from './generated-secret.js';

export { MIN_SECRET_LENGTH } from './check-config.js';

/** Lists every bad setting; its message is for the operator's terminal and never holds a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

export interface LoadOptions {
  /** Environment to read; the process's own by default. */
  env?: NodeJS.ProcessEnv;
  /** File that supplies what the environment does not; `.env` of the working directory by default, `null` for none. */
  dotenv?: string | null;
}

/**
 * Reads and checks all settings. For each name a secret file (`NAME_FILE`) wins over the environment, the
 * environment over `.env`, and that over the default. Outside production a missing `SERVER_SECRET` is
 * generated once into `DATA_DIR`.
 *
 * @throws ConfigError naming every bad value at once
 */
export function loadConfig(options: LoadOptions = {}): Config {
  const dotenv = readDotenv(options.dotenv === undefined ? '.env' : options.dotenv);
  const env = options.env ?? process.env;
  const problems: string[] = [];
  // An empty variable is how compose files and shells spell "not set".
  const values = readValues((name) => env[name] || dotenv[name] || undefined, problems);
  const config = plainToInstance(Config, values, { exposeDefaultValues: true });
  problems.push(...checkConfig(config));
  if (problems.length > 0) throw new ConfigError(problems);
  if (config.SERVER_SECRET === undefined)
    Object.assign(config, { SERVER_SECRET: developmentSecret(config.DATA_DIR) });
  return Object.freeze(config);
}

function developmentSecret(directory: string): string {
  let secret: string;
  try {
    secret = generatedSecret(directory);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    throw new ConfigError([`DATA_DIR: the generated secret cannot be kept in ${directory} (${reason})`]);
  }
  const problems = checkSecret(secret);
  if (problems.length > 0)
    throw new ConfigError(problems.map((problem) => `${join(directory, SECRET_FILE)}: ${problem}`));
  return secret;
}

function readDotenv(path: string | null): NodeJS.ProcessEnv {
  if (path === null) return {};
  try {
    return parseDotenv(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError([`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
}

function readValues(
  read: (name: string) => string | undefined,
  problems: string[],
): Record<string, string | undefined> {
  const values: Record<string, string | undefined> = {};
  for (const name of settings().keys()) {
    const file = read(`${name}_FILE`);
    const value = file === undefined ? read(name) : readSecretFile(name, file, problems);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function readSecretFile(name: string, path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    problems.push(`${name}_FILE: the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}
