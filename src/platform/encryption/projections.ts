import { isPlain, type Plain } from '../database/query/walk.js';
import type { EncryptedPaths } from './encrypted-paths.js';
import { refuseReferences } from './expressions.js';
import { refuseUse } from './refusals.js';

/** A projection as it is asked of the database. */
export interface SealedProjection {
  projection: Plain | undefined;
  /** Whether the `_id`, which is needed to decrypt, is to be taken out of the answer. */
  dropsId: boolean;
}

const WHOLE = 'it can be chosen or left out as a whole alone';

/**
 * Checks that a projection takes encrypted fields as they are, or leaves them out.
 *
 * @throws CoglexError `query_refused`
 */
export function sealedProjection(projection: Plain | undefined, paths: EncryptedPaths): SealedProjection {
  if (!projection || paths.isEmpty) return { projection, dropsId: false };
  checkLevel(projection, '', paths);
  const { _id: id, ...rest } = projection;
  const dropsId = id === 0 || id === false;
  if (Object.hasOwn(projection, '_id') && !dropsId && id !== 1 && id !== true)
    refuseUse(paths.fields[0], 'an _id that is computed cannot stand beside it');
  return dropsId ? { projection: rest, dropsId } : { projection, dropsId };
}

/** Checks the paths of a projection, or of a `$project` stage, below a prefix. */
export function checkLevel(projection: Plain, prefix: string, paths: EncryptedPaths): void {
  for (const [name, choice] of Object.entries(projection)) {
    const path = `${prefix}${name.endsWith('.$') ? name.slice(0, -2) : name}`;
    const isChoice = typeof choice === 'boolean' || typeof choice === 'number';
    const isNested = isPlain(choice) && !Object.keys(choice).some((key) => key.startsWith('$'));
    const contact = paths.contact(path);
    if (contact?.lies === 'inside' || (contact && !isChoice && !(isNested && contact.lies === 'above')))
      refuseUse(contact.field, WHOLE);
    if (isNested) checkLevel(choice, `${path}.`, paths);
    else if (!isChoice && !isElements(choice)) refuseReferences(choice, paths);
  }
}

/** A part of a list, which reads nothing but the list. */
const isElements = (choice: unknown): boolean =>
  isPlain(choice) && (Object.hasOwn(choice, '$elemMatch') || typeof choice.$slice === 'number');

/** @throws CoglexError `query_refused` for a sort by an encrypted field */
export function checkSortPaths(sort: Plain | undefined, paths: EncryptedPaths): void {
  for (const path of Object.keys(sort ?? {})) {
    const contact = paths.contact(path);
    if (contact) refuseUse(contact.field, 'nothing can be sorted by it');
  }
}
