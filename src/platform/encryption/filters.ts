import { isPlain, type Plain } from '../database/query/walk.js';
import { CoglexError } from '../errors/coglex-error.js';
import type { Contact, EncryptedPaths } from './encrypted-paths.js';
import type { EncryptedField } from './encryption-state.js';
import { refuseReferences } from './expressions.js';
import type { FieldSealer } from './field-sealer.js';
import { refuseUse } from './refusals.js';
import { BLIND } from './sealed-value.js';

const LOGICAL: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

const ONLY_EQUAL = 'it can be compared with $eq, $ne, $in, $nin and $exists alone';
const NO_INDEX = 'without an index it cannot be asked for';

/**
 * A filter as it is asked of the database: what is compared with an encrypted field is looked for by its blind index.
 *
 * @param filter a checked filter on plain documents
 * @throws CoglexError `query_refused` for what cannot be asked of encrypted fields
 */
export const sealedFilter = (filter: Plain, paths: EncryptedPaths, sealer: FieldSealer): Plain =>
  paths.isEmpty ? filter : rewrite(filter, paths, sealer);

function rewrite(filter: Plain, paths: EncryptedPaths, sealer: FieldSealer): Plain {
  const kept: Plain = {};
  const conditions: Plain[] = [];
  for (const [key, value] of Object.entries(filter)) {
    const contact = key.startsWith('$') ? undefined : paths.contact(key);
    if (LOGICAL.has(key))
      conditions.push({ [key]: (value as Plain[]).map((member) => rewrite(member, paths, sealer)) });
    else if (contact) conditions.push(...onField(key, value, contact, sealer));
    else {
      if (key === '$expr') refuseReferences(value, paths);
      kept[key] = value;
    }
  }
  if (conditions.length === 0) return kept;
  if (Object.keys(kept).length > 0) conditions.unshift(kept);
  return conditions.length === 1 ? conditions[0] : { $and: conditions };
}

function onField(path: string, condition: unknown, { field, lies }: Contact, sealer: FieldSealer): Plain[] {
  if (lies === 'inside') return refuseUse(field, 'what is in it cannot be asked for');
  const operators = operatorsOf(condition);
  if (lies === 'above') return [aboveField(path, operators, field)];
  return Object.entries(operators).map(([operator, operand]): Plain => {
    switch (operator) {
      case '$exists':
        return { [path]: { $exists: operand } };
      case '$eq':
        return equalTo([operand], field, sealer);
      case '$in':
        return equalTo(operand as unknown[], field, sealer);
      case '$ne':
        return { $nor: [equalTo([operand], field, sealer)] };
      case '$nin':
        return { $nor: [equalTo(operand as unknown[], field, sealer)] };
      case '$not': {
        const negated = onField(path, operand, { field, lies }, sealer);
        return { $nor: [negated.length === 1 ? negated[0] : { $and: negated }] };
      }
      default:
        return refuseUse(field, field.index ? ONLY_EQUAL : NO_INDEX);
    }
  });
}

/** Of a document around the field it can be asked whether it is there: its parts are not what they seem. */
function aboveField(path: string, operators: Plain, field: EncryptedField): Plain {
  for (const [operator, operand] of Object.entries(operators)) {
    const isPresence = operator === '$exists' || operator === '$type';
    const isAbsence = (operator === '$eq' || operator === '$ne') && operand === null;
    if (!isPresence && !isAbsence) refuseUse(field, `${path} cannot be compared as a whole`);
  }
  return { [path]: operators };
}

function equalTo(values: readonly unknown[], field: EncryptedField, sealer: FieldSealer): Plain {
  if (!field.index || field.phase === 'opening') return refuseUse(field, NO_INDEX);
  if (!field.blind)
    throw new CoglexError('conflict', {
      detail: `The index of the encrypted field ${field.path} is being built. Until that is done, it cannot be asked for.`,
    });
  if (values.some(isPattern)) refuseUse(field, ONLY_EQUAL);
  const { path } = field;
  const alternatives: Plain[] = [];
  if (values.length > 0)
    alternatives.push({
      [`${path}.${BLIND}`]: { $in: values.flatMap((value) => sealer.searched(field, value)) },
    });
  if (field.phase === 'sealing') alternatives.push({ [path]: { $in: values } });
  // A missing field is equal to null, and has no blind index.
  else if (values.includes(null)) alternatives.push({ [path]: null });
  if (alternatives.length === 0) return { [path]: { $in: [] } };
  return alternatives.length === 1 ? alternatives[0] : { $or: alternatives };
}

/** A condition as operators; a value alone is one that must be equal. */
function operatorsOf(condition: unknown): Plain {
  const isOperators = isPlain(condition) && Object.keys(condition).some((key) => key.startsWith('$'));
  if (isOperators) return condition;
  return isPattern(condition) ? { $regex: condition } : { $eq: condition };
}

const isPattern = (value: unknown): boolean =>
  value instanceof RegExp ||
  (typeof value === 'object' &&
    value !== null &&
    (value as { _bsontype?: unknown })._bsontype === 'BSONRegExp');
