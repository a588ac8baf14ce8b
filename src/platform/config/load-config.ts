import { join } from 'node:path';
import { checkConfig, checkSecret } from './check-config.js';
import { ConfigError } from './config-error.js';
import { Config } from './config.js';
import { generatedSecret, SECRET_FILE } from './generated-secret.js';
import { plainConfig, protect } from './plain-config.js';
import { FilesSource } from './sources/files.source.js';
import { settle, type Settled } from './sources/setting-source.js';
import { dotenvSource, VariablesSource } from './sources/variables.source.js';

export { MIN_SECRET_LENGTH } from './check-config.js';
export { ConfigError } from './config-error.js';

export interface LoadOptions {
  /** Environment to read; the process's own by default. */
  env?: NodeJS.ProcessEnv;
  /** File that supplies what the environment does not; `.env` of the working directory by default, `null` for none. */
  dotenv?: string | null;
  /** Writes nothing: generates no secret, and keeps no values of Vault. */
  readOnly?: boolean;
}

/** The sources that are on this machine, the one that wins first. */
export interface LocalSources {
  files: FilesSource;
  variables: readonly VariablesSource[];
}

/** Opens the sources that need no network. */
export function localSources({ env = process.env, dotenv = '.env' }: LoadOptions = {}): LocalSources {
  const variables = [new VariablesSource('environment', env, 'the environment')];
  if (dotenv !== null) variables.push(dotenvSource(dotenv));
  const variable = (name: string) => variables.map((source) => source.variable(name)).find(Boolean);
  return { files: new FilesSource(variable), variables };
}

/**
 * Reads and checks all settings, without Vault. For each name a secret file (`NAME_FILE`) wins over the environment, the
 * environment over `.env`, and that over the default. Outside production a missing `SERVER_SECRET` is
 * generated once into `DATA_DIR`.
 *
 * @throws ConfigError naming every bad value at once
 */
export function loadConfig(options: LoadOptions = {}): Config {
  const { files, variables } = localSources(options);
  const settled = settle([files, ...variables].map((source) => [source.name, source.read()] as const));
  const config = configOf(settled, options);
  if (config.VAULT_ADDR !== undefined) throw new Error('What Vault has cannot be read without waiting');
  return config;
}

/**
 * Makes the configuration of what the sources have.
 *
 * @throws ConfigError naming every bad value at once
 */
export function configOf({ values, problems: unread }: Settled, { readOnly }: LoadOptions = {}): Config {
  const config = plainConfig(values);
  const problems = [...unread, ...checkConfig(config)];
  if (problems.length > 0) throw new ConfigError(problems, (name) => values.get(name)?.from);
  if (config.SERVER_SECRET === undefined && !readOnly)
    Object.assign(config, { SERVER_SECRET: developmentSecret(config.DATA_DIR) });
  return protect(config);
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
