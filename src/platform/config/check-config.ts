import { validateSync, type ValidationError } from 'class-validator';
import { mongo } from 'mongoose';
import type { Config } from './config.js';
import { readProviders } from './oauth-providers.js';
import { readEncryptionKeys } from './encryption-keys.js';
import { isModelName } from './generation-words.js';
import { checkVaultSettings } from './sources/vault/credentials.js';
import { isRedisUrl } from './network-words.js';

/** Shortest `SERVER_SECRET`, in characters. */
export const MIN_SECRET_LENGTH = 32;

/** MongoDB's 63, without `_` and the id of a project. */
const MAX_DATABASE_BYTES = 38;

/** Least cost of bcrypt in production. */
const MIN_PRODUCTION_COST = 12;

/** Everything that is wrong with the settings, in sentences that name the setting and never hold a secret. */
export function checkConfig(config: Config): string[] {
  const problems = validateSync(config).map(firstProblem);
  const claim = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  if (config.isProduction && config.SERVER_SECRET === undefined)
    problems.push('SERVER_SECRET is required in production');
  if (config.SERVER_SECRET !== undefined) problems.push(...checkSecret(config.SERVER_SECRET));
  if (config.MONGODB_URI !== undefined)
    claim(isConnectionString(config.MONGODB_URI), 'MONGODB_URI is not a valid MongoDB connection string');
  if (config.REDIS_URL !== undefined)
    claim(isRedisUrl(config.REDIS_URL), 'REDIS_URL must be an address such as redis://127.0.0.1:6379');
  claim(
    /^[^/\\. "$*<>:|?\0]+$/.test(config.MONGODB_DATABASE),
    'MONGODB_DATABASE must be a valid database name',
  );
  claim(
    Buffer.byteLength(config.MONGODB_DATABASE) <= MAX_DATABASE_BYTES,
    `MONGODB_DATABASE must have at most ${MAX_DATABASE_BYTES} bytes: names of the databases of projects are longer by 25`,
  );
  claim(
    /^[\w-]{1,100}$/.test(config.MONGODB_AUTH_COLLECTION),
    'MONGODB_AUTH_COLLECTION must be a valid collection name',
  );
  claim(
    !config.isProduction || config.AUTH_BCRYPT_COST >= MIN_PRODUCTION_COST,
    `AUTH_BCRYPT_COST must not be less than ${MIN_PRODUCTION_COST} in production`,
  );
  claim(
    config.STORAGE_DEFAULT_LIMIT <= config.STORAGE_MAX_LIMIT,
    'STORAGE_DEFAULT_LIMIT must not be greater than STORAGE_MAX_LIMIT',
  );
  claim(
    /^_[\w-]{1,99}$/.test(config.MONGODB_ARCHIVE_COLLECTION),
    'MONGODB_ARCHIVE_COLLECTION must be a collection name that begins with "_"',
  );
  if (config.ARCHIVE_DRIVER === 's3')
    for (const name of ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const)
      claim(config[name] !== undefined, `${name} is required by ARCHIVE_DRIVER=s3`);
  if (config.CLAMD_URL !== undefined)
    claim(
      /^tcp:\/\/[^/:]+:\d+\/?$/.test(config.CLAMD_URL),
      'CLAMD_URL must be an address such as tcp://127.0.0.1:3310',
    );
  for (const name of ['GENERATION_MODEL', 'GENERATION_EMBEDDING_MODEL'] as const)
    claim(isModelName(config[name]), `${name} must be a model such as models/gemini-2.5-flash`);
  for (const what of ['TIMEOUT_MS', 'MEMORY'] as const)
    claim(
      config[`EXECUTION_${what}`] <= config[`EXECUTION_MAX_${what}`],
      `EXECUTION_${what} must not be greater than EXECUTION_MAX_${what}`,
    );
  problems.push(...checkVaultSettings(config));
  problems.push(...checkProviders(config.OAUTH_PROVIDERS));
  problems.push(...checkEncryptionKeys(config.ENCRYPTION_KEYS));
  return problems;
}

function checkEncryptionKeys(text: string | undefined): string[] {
  try {
    if (text !== undefined) readEncryptionKeys(text);
    return [];
  } catch (error) {
    return [`ENCRYPTION_KEYS ${(error as Error).message}`];
  }
}

function checkProviders(text: string | undefined): string[] {
  try {
    readProviders(text ?? '[]');
    return [];
  } catch (error) {
    return [`OAUTH_PROVIDERS ${(error as Error).message}`];
  }
}

/** That the type is wrong says it all; the bounds that a text does not keep either are noise. */
function firstProblem({ constraints = {} }: ValidationError): string {
  return constraints.isInt ?? Object.values(constraints).join(', ');
}

/** Why a secret cannot be the root API key; nothing when it can. */
export function checkSecret(secret: string): string[] {
  if (secret.length < MIN_SECRET_LENGTH)
    return [`SERVER_SECRET must have at least ${MIN_SECRET_LENGTH} characters`];
  // Clients send it as a header: what no header can carry would lock everybody out.
  if (!/^[\x21-\x7e][\x20-\x7e]*[\x21-\x7e]$/.test(secret))
    return ['SERVER_SECRET must be printable ASCII without spaces around it'];
  return [];
}

function isConnectionString(uri: string): boolean {
  try {
    // Parses only; nothing is connected, and the driver's message is not shown, for it can hold the password.
    new mongo.MongoClient(uri);
    return true;
  } catch {
    return false;
  }
}
