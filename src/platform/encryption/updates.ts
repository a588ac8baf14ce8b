import type { mongo } from 'mongoose';
import type { Plain } from '../database/query/walk.js';
import type { EncryptedPaths } from './encrypted-paths.js';
import { refuseUse } from './refusals.js';

/** Operators that put or take away whole values. */
const WHOLE_VALUES: ReadonlySet<string> = new Set(['$set', '$setOnInsert', '$unset']);

/** Operators that bring in values. */
const SETTING: readonly string[] = ['$set', '$setOnInsert'];

/**
 * Checks that an update sets or removes encrypted fields as a whole.
 *
 * @returns whether it sets any, so that each document needs a value of its own
 * @throws CoglexError `update_refused`
 */
export function setsEncrypted(update: mongo.UpdateFilter<mongo.Document>, paths: EncryptedPaths): boolean {
  let sets = false;
  for (const [operator, fields] of Object.entries(update) as [string, Plain][])
    for (const [path, value] of Object.entries(fields)) {
      const contact = paths.contact(path);
      const renamed = operator === '$rename' ? paths.contact(String(value)) : undefined;
      if (renamed) refuseUse(renamed.field, 'nothing can be renamed to it', 'update_refused');
      if (!contact) continue;
      if (!WHOLE_VALUES.has(operator))
        refuseUse(contact.field, `${operator} cannot change it, $set and $unset can`, 'update_refused');
      if (contact.lies === 'inside')
        refuseUse(contact.field, 'it can be set or removed as a whole alone', 'update_refused');
      if (SETTING.includes(operator)) sets = true;
    }
  return sets;
}

/** An update of one document with its values as they are stored. @param seal a value that is to stand at a path */
export function sealedUpdate<T extends mongo.UpdateFilter<mongo.Document>>(
  update: T,
  seal: (value: unknown, path: string) => unknown,
): T {
  const sealed: Record<string, unknown> = { ...update };
  for (const operator of SETTING) {
    const fields = sealed[operator] as Plain | undefined;
    if (fields)
      sealed[operator] = Object.fromEntries(
        Object.entries(fields).map(([path, value]) => [path, seal(value, path)]),
      );
  }
  return sealed as T;
}
