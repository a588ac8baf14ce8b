import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { parse as parseDotenv } from 'dotenv';
import { Config } from './config.js';
import { settings } from './setting.decorator.js';
import { generatedSecret } from './generated-secret.js';

/** Shortest `SERVER_SECRET`, in characters. */
export const MIN_SECRET_LENGTH = 32;

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
  const env = {
    ...readDotenv(options.dotenv === undefined ? '.env' : options.dotenv),
    ...(options.env ?? process.env),
  };
  const problems: string[] = [];
  const config = plainToInstance(Config, readValues(env, problems), { exposeDefaultValues: true });
  if (!config.isProduction && config.SERVER_SECRET === undefined && typeof config.DATA_DIR === 'string') {
    try {
      Object.assign(config, { SERVER_SECRET: generatedSecret(config.DATA_DIR) });
    } catch (error) {
      problems.push(`DATA_DIR: a secret cannot be kept there (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  problems.push(...check(config));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
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

function readValues(env: NodeJS.ProcessEnv, problems: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of settings().keys()) {
    const file = env[`${name}_FILE`];
    if (file) {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        problems.push(`${name}_FILE: the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
      }
      continue;
    }
    const value = env[name];
    // An empty variable is how compose files and shells spell "not set".
    if (value !== undefined && value !== '') values[name] = value;
  }
  return values;
}

function check(config: Config): string[] {
  const problems = validateSync(config, { skipMissingProperties: false })
    .filter((error) => error.property !== 'SERVER_SECRET')
    .map((error) => Object.values(error.constraints ?? {}).join(', '));
  const { SERVER_SECRET: secret, MONGODB_URI: uri } = config;
  if (typeof secret !== 'string') problems.push('SERVER_SECRET is required in production');
  else if (secret.length < MIN_SECRET_LENGTH)
    problems.push(`SERVER_SECRET must have at least ${MIN_SECRET_LENGTH} characters`);
  if (uri !== undefined && !/^mongodb(\+srv)?:\/\//.test(uri))
    problems.push('MONGODB_URI must begin with mongodb:// or mongodb+srv://');
  if (!/^[^/\\. "$*<>:|?\0]{1,63}$/.test(config.MONGODB_DATABASE))
    problems.push('MONGODB_DATABASE must be a valid database name');
  if (!/^[\w-]{1,100}$/.test(config.MONGODB_AUTH_COLLECTION))
    problems.push('MONGODB_AUTH_COLLECTION must be a valid collection name');
  if (config.isProduction && config.AUTH_BCRYPT_COST < 12)
    problems.push('AUTH_BCRYPT_COST must not be less than 12 in production');
  if (config.STORAGE_DEFAULT_LIMIT > config.STORAGE_MAX_LIMIT)
    problems.push('STORAGE_DEFAULT_LIMIT must not be greater than STORAGE_MAX_LIMIT');
  return problems;
}
