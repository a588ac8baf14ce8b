/** Members that hold one schema, a list of schemas, or schemas by name. */
const ONE = new Set([
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
]);
const MANY = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const NAMED = new Set(['properties', '$defs', 'definitions', 'patternProperties']);

/** JSON Schema of a schema in Gemini's words: `"type": "OBJECT"` and `"nullable": true`. JSON Schema stays as it is. */
export function toJsonSchema(schema: Record<string, unknown>): Record<string, unknown> {
  const { nullable, type, propertyOrdering: _ordering, ...members } = schema;
  const translated = Object.entries(members).map(([name, value]): [string, unknown] => {
    if (ONE.has(name)) return [name, translate(value)];
    if (MANY.has(name) && Array.isArray(value)) return [name, value.map(translate)];
    if (NAMED.has(name) && isObject(value)) return [name, mapValues(value, translate)];
    return [name, value];
  });
  return {
    ...(type === undefined ? {} : { type: typeOf(type, nullable) }),
    ...Object.fromEntries(translated),
  };
}

function typeOf(type: unknown, nullable: unknown): unknown {
  const known = typeof type === 'string' ? type.toLowerCase() : type;
  return nullable === true && typeof known === 'string' ? [known, 'null'] : known;
}

const translate = (value: unknown) => (isObject(value) ? toJsonSchema(value) : value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mapValues(
  value: Record<string, unknown>,
  map: (member: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member)]));
}
