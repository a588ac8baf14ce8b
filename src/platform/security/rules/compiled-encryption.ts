import { checkFieldPath } from '../../database/query/field-names.js';
import { isPlain, type Walk } from '../../database/query/walk.js';
import { EncryptedPaths } from '../../encryption/encrypted-paths.js';
import {
  nextFields,
  type DeclaredEncryption,
  type StoredEncryption,
} from '../../encryption/encryption-state.js';
import type { Declaration } from './declaration.js';

/** Most encrypted fields of a collection. */
const MAX_FIELDS = 100;

const LOGICAL: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

/** What is encrypted in a collection, ready to be asked. */
export interface CompiledEncryption {
  readonly paths: EncryptedPaths;
  /** Ids of the keys that stored values may need. */
  readonly keys: readonly string[];
  /** Paths of fields that an index makes unique: two values are compared by every key that there is. */
  readonly unique: ReadonlySet<string>;
}

/**
 * Checks which fields are to be encrypted.
 *
 * @param newWalk begins a walk at a part of the declaration
 * @param stored how far the encryption is; absent for what is not declared yet
 * @throws CoglexError of the walk
 */
export function compileEncryption(
  newWalk: (place: string) => Walk,
  declaration: Declaration,
  stored: StoredEncryption | undefined,
): CompiledEncryption | undefined {
  const declared = checkDeclared(newWalk('/encrypted'), declaration.encrypted ?? {});
  const fields = stored?.fields ?? nextFields([], declared);
  if (fields.length === 0) return undefined;
  const wanted = new EncryptedPaths(nextFields([], declared));
  for (const [action, rule] of Object.entries(declaration.rules ?? {}))
    refuseContact(newWalk(`/rules/${action}`), rule, wanted);
  const unique = (declaration.indexes ?? []).filter((index) => index.unique);
  return {
    paths: new EncryptedPaths(fields),
    keys: stored?.keys ?? [],
    unique: new Set(unique.flatMap(({ keys }) => Object.keys(keys))),
  };
}

function checkDeclared(
  walk: Walk,
  declared: Record<string, DeclaredEncryption>,
): Record<string, DeclaredEncryption> {
  const paths = Object.keys(declared);
  if (paths.length > MAX_FIELDS) walk.refuse(`May have ${MAX_FIELDS} fields`);
  for (const path of paths)
    walk.at(path, () => {
      checkFieldPath(walk, path);
      if (path.startsWith('_')) walk.refuse('Fields that begin with "_" are not encrypted');
      if (/(^|\.)\d+(\.|$)/.test(path)) walk.refuse('A place in a list cannot be encrypted alone');
      if (paths.some((other) => path.startsWith(`${other}.`)))
        walk.refuse('It lies in another encrypted field');
    });
  return declared;
}

/** What a rule compares must be there to be compared. */
function refuseContact(walk: Walk, filter: unknown, encrypted: EncryptedPaths): void {
  if (!isPlain(filter)) return;
  walk.mapObject(filter, (key, value) => {
    if (LOGICAL.has(key)) walk.mapList(value, (member) => refuseContact(walk, member, encrypted));
    else if (!key.startsWith('$') && encrypted.contact(key))
      walk.refuse(`A rule cannot look at an encrypted field`);
  });
}
