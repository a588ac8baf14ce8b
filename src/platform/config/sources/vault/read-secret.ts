import { settings } from '../../setting.decorator.js';
import { object } from './vault-api.js';
import { VaultError } from './vault-error.js';

/** Settings by their names, in one version of a secret. */
export interface VaultSecret {
  values: ReadonlyMap<string, string>;
  /** Counts up with each change. */
  version?: number;
  warnings: readonly string[];
}

/** Most names in one warning. */
const MOST_NAMES = 10;

/** Longest part of a name that nobody knows. */
const LONGEST_NAME = 64;

/** Settings that lead to Vault, or that must be known before. */
const isOfThisMachine = (name: string) => name.startsWith('VAULT_') || name === 'DATA_DIR';

/**
 * Settings in the answer to a read of KV version 2.
 *
 * @throws VaultError when it is no such answer
 */
export function readSecret(answer: unknown, path: string): VaultSecret {
  const { data, metadata } = object(object(answer).data);
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new VaultError(
      'unfit',
      `What Vault has at ${path} is no secret of KV version 2: VAULT_PATH needs data/ after the mount`,
    );
  const values = new Map<string, string>();
  const unknown: string[] = [];
  const local: string[] = [];
  const bad: string[] = [];
  for (const [name, value] of Object.entries(data)) {
    if (!settings().has(name)) unknown.push(name);
    else if (isOfThisMachine(name)) local.push(name);
    else {
      const text = textOf(value);
      if (text === undefined) bad.push(name);
      // As with variables, what is empty is not set.
      else if (text !== '') values.set(name, text);
    }
  }
  const { version } = object(metadata);
  return {
    values,
    version: typeof version === 'number' ? version : undefined,
    warnings: [
      ...warning(unknown, 'Vault has keys that are no settings'),
      ...warning(local, 'Vault has settings that cannot come from it'),
      ...warning(bad, 'Vault has settings that are neither text nor numbers'),
    ],
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.replace(/^\uFEFF/, '').trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Names are shown quoted and short: anybody may have written them. */
function warning(names: readonly string[], what: string): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MOST_NAMES).map((name) => JSON.stringify(name.slice(0, LONGEST_NAME)));
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return [`${what}: ${shown.join(', ')}${more}`];
}
