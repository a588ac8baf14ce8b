import { Ajv, type AnySchema, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Plain } from '../../platform/database/query/walk.js';
import { linearRegExp } from './regular-expressions.js';
import { checkBounds, refuse } from './schema-bounds.js';

/** The faults of a value; none when it fulfils the schema. */
export type Validator = (value: unknown) => readonly ErrorObject[];

const OPTIONS: Options = {
  // A keyword that is misspelt would otherwise be a rule that nobody keeps.
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  allowUnionTypes: true,
  validateFormats: true,
  logger: false,
  code: { regExp: linearRegExp },
};

/** What people write into schemas for other people. */
const ANNOTATIONS = ['example', 'externalDocs', 'xml'];

const DRAFT_2020 = /^https?:\/\/json-schema\.org\/draft\/(2019-09|2020-12)\//;

/**
 * Compiles a JSON Schema: draft 2020-12 when its `$schema` says so, draft 7 otherwise.
 *
 * @throws CoglexError `schema_refused`
 */
export function compileSchema(schema: Plain): Validator {
  checkBounds(schema);
  const { $schema, $id: _, ...rest } = schema;
  const isNew = typeof $schema === 'string' && DRAFT_2020.test($schema);
  try {
    const ajv = isNew ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS);
    // The module has both forms of export, and the types know of one.
    (formats as unknown as typeof formats.default)(ajv, { mode: 'fast' });
    ajv.addVocabulary(ANNOTATIONS);
    ajv.removeKeyword('uniqueItems');
    ajv.addKeyword({
      keyword: 'uniqueItems',
      type: 'array',
      schemaType: 'boolean',
      error: { message: 'must not have equal items' },
      validate: (isUnique: boolean, items: unknown[]) => !isUnique || areUnique(items),
    });
    const validate = ajv.compile(rest as AnySchema);
    return (value) => (validate(value) ? [] : (validate.errors ?? []));
  } catch (error) {
    return refuse(`is not valid: ${error instanceof Error ? error.message.slice(0, 300) : 'unknown'}`, error);
  }
}

/** In the time that sorting takes; the library compares every item with every other. */
const areUnique = (items: unknown[]): boolean => new Set(items.map(canonical)).size === items.length;

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}
