import type { Config } from '../config/config.js';
import type { BanRule, RateLimit } from '../config/limit-words.js';
import { settings } from '../config/setting.decorator.js';
import type { WindowRule } from './window.js';

/** A limit that is switched on. */
export interface Policy extends WindowRule {
  /** As it stands in answers and metrics: `ip`, `user`, `key`, `auth`, or the name of a service. */
  name: string;
  /** As it stands in `RateLimit-Policy`. */
  word: string;
  /** Whether it spares secret keys: the defaults do, what the operator has set does not. */
  sparing: boolean;
}

/** The rule by which addresses are banned: so many violations in a window. */
export interface BanPolicy extends Omit<Policy, 'word'> {
  bannedMs: number;
}

/** Every limit that is switched on. */
export interface Policies {
  ip?: Policy;
  user?: Policy;
  key?: Policy;
  auth?: Policy;
  ban?: BanPolicy;
  /** By the name of their service. */
  services: ReadonlyMap<string, Policy>;
}

// A page that loads a hundred things, and reloads, stays far below; so does an office behind one address.
const IP: RateLimit = { count: 1000, seconds: 60 };
const USER: RateLimit = { count: 1000, seconds: 60 };
// Counts only what fails: an office that mistypes, not a list of passwords.
const AUTH: RateLimit = { count: 60, seconds: 60 };
// Whoever still asks after 200 refusals does not read the answers.
const BAN: BanRule = { violations: 200, seconds: 300, bannedSeconds: 900 };

const PREFIX = 'RATE_LIMIT_';
/** Limits that are none of a service. */
const GENERAL = new Set(['IP', 'USER', 'KEY', 'AUTH', 'BAN']);

/** Names of the services that can have a limit of their own, in capitals. */
export const limitedServices = (): string[] =>
  [...settings().keys()]
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length))
    .filter((name) => !GENERAL.has(name));

/** What the settings say, with the defaults. */
export function policiesOf(config: Config): Policies {
  const services = limitedServices().flatMap((name) => {
    const said = config[`${PREFIX}${name}` as keyof Config] as RateLimit | undefined;
    const policy = policyOf(name.toLowerCase(), said);
    return policy ? [[policy.name, policy] as const] : [];
  });
  return {
    ip: policyOf('ip', config.RATE_LIMIT_IP, IP),
    user: policyOf('user', config.RATE_LIMIT_USER, USER),
    key: policyOf('key', config.RATE_LIMIT_KEY),
    auth: policyOf('auth', config.RATE_LIMIT_AUTH, AUTH),
    ban: banOf(config.RATE_LIMIT_BAN),
    services: new Map(services),
  };
}

function policyOf(name: string, said: RateLimit | undefined, usual: RateLimit = 'off'): Policy | undefined {
  const limit = said ?? usual;
  if (limit === 'off') return undefined;
  const { count, seconds } = limit;
  const word = `${count};w=${seconds};name="${name}"`;
  return { name, word, count, ms: seconds * 1000, sparing: said === undefined };
}

function banOf(said: BanRule | undefined): BanPolicy | undefined {
  const rule = said ?? BAN;
  if (rule === 'off') return undefined;
  const { violations: count, seconds, bannedSeconds } = rule;
  return {
    name: 'ban',
    count,
    ms: seconds * 1000,
    bannedMs: bannedSeconds * 1000,
    sparing: said === undefined,
  };
}
