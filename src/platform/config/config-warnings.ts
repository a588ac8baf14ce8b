import type { Config } from './config.js';

/** A setting that works, and is not safe. */
export interface ConfigWarning {
  setting: string;
  warning: string;
}

/** Fewest different characters of a secret that somebody may have drawn by lot. */
const MIN_DISTINCT = 10;

/** What people write who mean to come back to it. */
const PLACEHOLDERS = /secret|password|changeme|change-me|example|default|coglex|123456|qwerty|abcdef/i;

/** What an operator should know of the settings at the start. Holds no secret. */
export function configWarnings(config: Config): ConfigWarning[] {
  const { CORS_ORIGINS: origins, SERVER_SECRET: secret, TRUST_PROXY: proxies } = config;
  const warnings: ConfigWarning[] = [];
  const warn = (setting: string, applies: boolean, warning: string) => {
    if (applies) warnings.push({ setting, warning });
  };
  warn(
    'CORS_ORIGINS',
    origins.includes('*'),
    'CORS_ORIGINS holds *: pages of every origin may call, and cookies reach the server from none of them. Name the origins, or give API keys origins of their own.',
  );
  warn(
    'SERVER_SECRET',
    isWeakSecret(secret),
    'SERVER_SECRET looks as if somebody had typed it. It opens everything, and every key is derived from it: make another one with openssl rand -base64 32.',
  );
  warn(
    'TRUST_PROXY',
    proxies.includes('true'),
    'TRUST_PROXY is true: whoever reaches the server directly can pretend to be of any address. Name the proxies.',
  );
  warn(
    'BASE_URL',
    config.isProduction && config.BASE_URL !== undefined && config.BASE_URL.startsWith('http:'),
    'BASE_URL is not https: keys, passwords and cookies travel in the clear.',
  );
  warn('VAULT_ADDR', isClear(config.VAULT_ADDR), 'VAULT_ADDR is not https: secrets travel in the clear.');
  return warnings;
}

/** Whether an address of another machine goes without TLS. */
function isClear(address: string | undefined): boolean {
  if (address === undefined || !address.startsWith('http:')) return false;
  return !/^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(address).hostname);
}

/** Whether a secret has few characters, repeats itself, or holds a word that one writes for want of a better one. */
export function isWeakSecret(secret: string): boolean {
  return new Set(secret).size < MIN_DISTINCT || repeats(secret) || PLACEHOLDERS.test(secret);
}

/** Whether text is the same piece again and again, the last one maybe broken off. */
function repeats(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length += 1)
    if (text.slice(length) === text.slice(0, -length)) return true;
  return false;
}
