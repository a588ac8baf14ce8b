import { Choice, Duration, HttpUrl, Integer, Text } from '../setting.decorator.js';
import { LimitsSettings } from './limits.settings.js';

const group = 'Secrets';

/** Where secrets come from. */
export class VaultSettings extends LimitsSettings {
  @Duration(1, 3600, {
    group,
    about: 'Pause between two looks at the files that `NAME_FILE` names, in seconds.',
    shownDefault: '5s',
  })
  readonly SECRETS_INTERVAL: number = 5;

  @HttpUrl({ group, about: 'HashiCorp Vault that supplies settings. Unset: none does.', optional: true })
  readonly VAULT_ADDR?: string;

  @Text({
    group,
    about: 'Path of the secret in the API of KV version 2; its keys are names of settings.',
  })
  readonly VAULT_PATH: string = 'secret/data/coglex';

  @Text({ group, about: 'Namespace of Vault Enterprise.', optional: true })
  readonly VAULT_NAMESPACE?: string;

  @Text({ group, about: 'Token for Vault.', secret: true, live: true, optional: true })
  readonly VAULT_TOKEN?: string;

  @Text({ group, about: 'Role id to log in by AppRole with.', live: true, optional: true })
  readonly VAULT_ROLE_ID?: string;

  @Text({ group, about: 'Secret id of that role.', secret: true, live: true, optional: true })
  readonly VAULT_SECRET_ID?: string;

  @Text({ group, about: 'Role to log in by Kubernetes with.', live: true, optional: true })
  readonly VAULT_K8S_ROLE?: string;

  @Text({ group, about: 'File with the token of the service account. It is read at each login.' })
  readonly VAULT_K8S_TOKEN_PATH: string = '/var/run/secrets/kubernetes.io/serviceaccount/token';

  @Text({
    group,
    about: 'Where the login method is mounted in Vault; `approle` or `kubernetes` by default.',
    optional: true,
  })
  readonly VAULT_AUTH_MOUNT?: string;

  @Text({
    group,
    about: 'File with the certificates that Vault is trusted by. Unset: those that Node.js trusts.',
    optional: true,
  })
  readonly VAULT_CACERT?: string;

  @Choice(['refuse', 'last'], {
    group,
    about:
      'What a start does while Vault is away: `refuse`, or go on with the `last` values, which are then kept encrypted in `DATA_DIR`.',
  })
  readonly VAULT_ON_OUTAGE: 'refuse' | 'last' = 'refuse';

  @Duration(1, 86_400, {
    group,
    about: 'Pause between two looks for a new version of the secret in Vault, in seconds.',
    shownDefault: '1m',
  })
  readonly VAULT_INTERVAL: number = 60;

  @Integer(100, 60_000, { group, about: 'Longest wait for an answer of Vault, in milliseconds.' })
  readonly VAULT_TIMEOUT_MS: number = 3000;
}
