import type { NewEntry, StoredEntry } from '../audit-entry.js';

/** Members by which a person may be known. */
const PERSONAL = ['user', 'key', 'actor', 'ip', 'device', 'detail'] as const;

/** Members that are personal too where the thing is an account. */
const OF_THING = ['on', 'before', 'after'] as const;

/** Members that stay for ever. */
const FIXED = [
  ...['_id', 'seq', 'previous', 'at', 'what', 'result', 'code', 'collection', 'api_key', 'request'],
  ...['of_user', 'commitment', 'signed_with'],
] as const;

/** Members that speak for themselves. */
const SEALS = ['hash', 'salt', 'forgotten'] as const;

const ALL = new Set<string>([...PERSONAL, ...OF_THING, ...FIXED, ...SEALS]);

type Parts = Partial<NewEntry>;

/** Names of the members that can be taken out of an entry without breaking the chain. */
export function personalMembers(entry: Parts): string[] {
  return entry.of_user ? [...PERSONAL, ...OF_THING] : [...PERSONAL];
}

/** What a commitment binds, and what goes when a person is forgotten. */
export function personalPart(entry: Parts): Record<string, unknown> {
  return pick(entry, personalMembers(entry));
}

/** What the hash of an entry binds by itself. */
export function fixedPart(entry: Omit<StoredEntry, 'hash'>): Record<string, unknown> {
  const names = entry.of_user ? FIXED : [...FIXED, ...OF_THING];
  return pick(entry, names);
}

/** Whether somebody has put in what no seal binds. */
export function hasStrangers(entry: StoredEntry): boolean {
  return Object.keys(entry).some((name) => !ALL.has(name));
}

function pick(entry: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entry).filter(([name, value]) => names.includes(name) && value !== undefined),
  );
}
