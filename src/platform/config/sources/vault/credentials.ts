import type { Config } from '../../config.js';
import { readSecretFile } from '../secret-file.js';
import type { Credentials } from './vault-api.js';
import { VaultError } from './vault-error.js';

/** What is wrong with the settings of Vault, in sentences that name the setting. */
export function checkVaultSettings(config: Config): string[] {
  const { VAULT_ADDR: address, VAULT_PATH: path, VAULT_AUTH_MOUNT: mount } = config;
  if (address === undefined || !URL.canParse(address)) return [];
  const problems: string[] = [];
  const ways = (['VAULT_TOKEN', 'VAULT_ROLE_ID', 'VAULT_K8S_ROLE'] as const).filter((name) => config[name]);
  if (ways.length === 0) problems.push('VAULT_ADDR needs VAULT_TOKEN, VAULT_ROLE_ID or VAULT_K8S_ROLE');
  if (ways.length > 1) problems.push(`VAULT_ADDR needs one of ${ways.join(' and ')}, not both`);
  const { username, password, search, hash } = new URL(address);
  if (username + password + search + hash !== '')
    problems.push('VAULT_ADDR must hold neither a user nor a query');
  if (!/^[\w.-]+(\/[\w.-]+)*\/data(\/[\w.-]+)+$/.test(path) || path.split('/').includes('..'))
    problems.push('VAULT_PATH must be a path of the API such as secret/data/coglex');
  if (mount !== undefined && !/^[\w-]+(\/[\w-]+)*$/.test(mount))
    problems.push('VAULT_AUTH_MOUNT must be a path such as approle');
  if (config.VAULT_SECRET_ID !== undefined && config.VAULT_ROLE_ID === undefined)
    problems.push('VAULT_SECRET_ID needs VAULT_ROLE_ID');
  return problems;
}

/**
 * What to log in with.
 *
 * @throws VaultError when the token of the service account cannot be read
 */
export function credentialsOf(config: Config): Credentials {
  if (config.VAULT_TOKEN !== undefined) return { by: 'token', token: config.VAULT_TOKEN };
  if (config.VAULT_ROLE_ID !== undefined)
    return { by: 'approle', roleId: config.VAULT_ROLE_ID, secretId: config.VAULT_SECRET_ID };
  try {
    const jwt = readSecretFile(config.VAULT_K8S_TOKEN_PATH);
    return { by: 'kubernetes', role: config.VAULT_K8S_ROLE ?? '', jwt };
  } catch (error) {
    throw new VaultError('unfit', `VAULT_K8S_TOKEN_PATH: ${(error as Error).message}`);
  }
}
