import { checkFieldName, checkFieldPath } from '../../database/query/field-names.js';
import type { QueryLimits } from '../../database/query/limits.js';
import { checkLiteral } from '../../database/query/scalars.js';
import { isPlain, Walk, type Plain } from '../../database/query/walk.js';
import type { StoredEncryption } from '../../encryption/encryption-state.js';
import { compileEncryption, type CompiledEncryption } from './compiled-encryption.js';
import { RULE_ACTIONS, type Declaration, type RuleAction } from './declaration.js';
import { HiddenFields } from './hidden-fields.js';
import { Placeholder, type PlaceholderValues } from './placeholder.js';
import { compileRule, type RuleTemplate } from './rule-template.js';

/** What is declared for a collection, checked once and ready to be asked. */
export interface CompiledDeclaration {
  readonly collection: string;
  readonly version: string;
  readonly declaration: Declaration;
  readonly rules: ReadonlyMap<RuleAction, RuleTemplate>;
  readonly hidden: HiddenFields;
  /** Hidden fields that must be unique: whoever may write them could guess what others have there. */
  readonly guessable: ReadonlySet<string>;
  readonly stamp: Stamp;
  /** Roots of the user's fields that decide something here. */
  readonly userFields: ReadonlySet<string>;
  /** Absent where nothing is encrypted, nor has been until now. */
  readonly encryption?: CompiledEncryption;
}

/** Fields of new documents that the server sets. */
export interface Stamp {
  readonly fields: ReadonlySet<string>;
  /** Whether the user's document has to be read for it. */
  readonly userFields: readonly string[];
  /** Values for one caller. A field without a value is missing: the document must not have it at all. */
  values(values: PlaceholderValues): Plain;
}

/**
 * Checks the parts of a declaration that decide who reaches what, and compiles them.
 *
 * @throws CoglexError `rule_refused`
 */
export function compileDeclaration(
  limits: QueryLimits,
  {
    encryption,
    ...stored
  }: { collection: string; version: string; declaration: Declaration; encryption?: StoredEncryption },
): CompiledDeclaration {
  const { declaration } = stored;
  const walkAt = (place: string) => () => new Walk(limits, place, 'rule_refused');
  const rules = new Map<RuleAction, RuleTemplate>();
  for (const action of RULE_ACTIONS) {
    const rule = declaration.rules?.[action];
    if (rule !== undefined) rules.set(action, compileRule(walkAt(`/rules/${action}`), rule));
  }
  const hidden = new HiddenFields(checkPaths(walkAt('/hidden')(), declaration.hidden ?? []));
  const stamp = compileStamp(walkAt('/stamp')(), declaration.stamp ?? {});
  const read = [...[...rules.values()].flatMap(({ userFields }) => userFields), ...stamp.userFields];
  const unique = (declaration.indexes ?? []).filter((index) => index.unique);
  const guessable = unique.flatMap(({ keys }) => Object.keys(keys)).filter((path) => hidden.touches(path));
  return {
    ...stored,
    rules,
    hidden,
    stamp,
    guessable: new Set(guessable.map(rootOf)),
    userFields: new Set(read.map(rootOf)),
    encryption: compileEncryption((place) => walkAt(place)(), declaration, encryption),
  };
}

const rootOf = (path: string) => path.split('.', 1)[0];

function checkPaths(walk: Walk, paths: string[]): string[] {
  walk.mapList(paths, (path) => {
    if (typeof path !== 'string') return walk.refuse('Must be the path of a field');
    checkFieldPath(walk, path);
    if (path === '_id') walk.refuse('Every document shows its _id');
    return path;
  });
  return paths;
}

function compileStamp(walk: Walk, stamp: Plain): Stamp {
  const checked = walk.mapObject(stamp, (field, value) => {
    checkFieldName(walk, field);
    if (field.startsWith('_')) walk.refuse(`The server sets ${field} by itself`);
    if (typeof value === 'string' && value.startsWith('$'))
      return Placeholder.parse(value) ?? walk.refuse(`There is no placeholder "${value}"`);
    const constant = checkLiteral(walk, value);
    return isPlain(constant) || Array.isArray(constant)
      ? walk.refuse('A stamp is one value, and neither a list nor an object')
      : constant;
  });
  const entries = Object.entries(checked);
  return {
    fields: new Set(Object.keys(checked)),
    userFields: entries.flatMap(([, value]) =>
      value instanceof Placeholder && value.userField !== undefined ? [value.userField] : [],
    ),
    values: (values) =>
      Object.fromEntries(
        entries
          .map(([field, value]) => [field, value instanceof Placeholder ? value.valueIn(values) : value])
          .filter(([, value]) => value !== undefined),
      ) as Plain,
  };
}
