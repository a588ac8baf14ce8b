/**
 * Why Vault has not answered as it should:
 * - `away`: it may do so later: not reached, too slow, sealed, in trouble
 * - `denied`: it knows us, and will not; or does not know us
 * - `unfit`: what is there is not what the settings say
 */
export type VaultFailure = 'away' | 'denied' | 'unfit';

/** A failure of Vault in words of our own: those of Vault and of its client can hold what was sent. */
export class VaultError extends Error {
  override readonly name = 'VaultError';

  constructor(
    readonly failure: VaultFailure,
    message: string,
  ) {
    super(message);
  }
}

/** Why a start cannot go on without Vault. */
export class VaultStartError extends Error {
  override readonly name = 'VaultStartError';

  /** @param problem a sentence that begins with the name of the setting */
  constructor(readonly problem: string) {
    super(problem);
  }
}

/** What was done when Vault failed, in words that go on with a refusal. */
export interface VaultAct {
  /** Such as `refuses the token`. */
  refusal: string;
  /** What a 404 means. */
  missing?: string;
}

/** What an answer of Vault that is no success means. */
export function failureOf(status: number, body: unknown, { refusal, missing }: VaultAct): VaultError {
  const texts = errorsOf(body);
  if (status === 503 && texts.some((text) => /sealed/i.test(text)))
    return new VaultError('away', 'Vault is sealed');
  if (texts.some((text) => /active (cluster )?node not found/i.test(text)))
    return new VaultError('away', 'Vault is a standby without an active node');
  if (status === 472) return new VaultError('away', 'Vault is a standby that serves nobody');
  if (status === 429) return new VaultError('away', 'Vault has too much to do (429)');
  if (status === 412 || status >= 500) return new VaultError('away', `Vault is in trouble (${status})`);
  if (status === 400 || status === 403) return new VaultError('denied', `Vault ${refusal} (${status})`);
  if (status === 404) return new VaultError('unfit', `${missing ?? 'Vault has nothing of that name'} (404)`);
  return new VaultError('unfit', `Vault answers ${status}: is VAULT_ADDR the address of a Vault?`);
}

function errorsOf(body: unknown): string[] {
  const { errors } = (typeof body === 'object' && body !== null ? body : {}) as { errors?: unknown };
  return Array.isArray(errors) ? errors.filter((text) => typeof text === 'string') : [];
}
