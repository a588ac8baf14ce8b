import { compareValues, hashValue } from '../bson/compare.js';
import { keysOf } from '../bson/key-order.js';
import { bsonType, getOwn, isDocument } from '../bson/types.js';
import type { Document } from '../types.js';
import { compileValueSchema } from './json-schema.js';
import { compileRegex } from './regex.js';
import { topScope } from './scope.js';

const REASONS = new Map([
  ['bsonType', 'type did not match'],
  ['type', 'type did not match'],
  ['enum', 'value was not found in enum'],
  ['minimum', 'comparison failed'],
  ['maximum', 'comparison failed'],
  ['multipleOf', 'considered value is not a multiple of the specified value'],
  ['minLength', 'specified string length was not satisfied'],
  ['maxLength', 'specified string length was not satisfied'],
  ['pattern', 'regular expression did not match'],
  ['minItems', 'array did not match specified length'],
  ['maxItems', 'array did not match specified length'],
  ['uniqueItems', 'found a duplicate item'],
  ['minProperties', 'specified number of properties was not satisfied'],
  ['maxProperties', 'specified number of properties was not satisfied'],
  ['not', 'child expression matched'],
]);

/** Keywords that say how another one is meant. */
const COMPANIONS = new Map([
  ['minimum', ['exclusiveMinimum']],
  ['maximum', ['exclusiveMaximum']],
  ['additionalProperties', ['properties', 'patternProperties']],
  ['additionalItems', ['items']],
]);

/** Says which rules of a schema a document breaks, in the form of MongoDB's `errInfo.details`. */
export function explainSchema(schema: Document, document: Document): Document {
  return {
    operatorName: '$jsonSchema',
    ...annotations(schema),
    schemaRulesNotSatisfied: brokenRules(schema, document),
  };
}

function annotations({ title, description }: Document): Document {
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
}

function brokenRules(schema: Document, value: unknown): Document[] {
  return keysOf(schema).flatMap((name) => {
    const rule = only(schema, name);
    return rule === undefined || accepts(rule, value) ? [] : [explainRule(name, schema, value)];
  });
}

function accepts(schema: Document, value: unknown): boolean {
  return compileValueSchema(schema, topScope({}))(value);
}

/** A schema of one keyword, with those that belong to it; nothing for a keyword that only belongs to another. */
function only(schema: Document, name: string): Document | undefined {
  if (name === 'exclusiveMinimum' || name === 'exclusiveMaximum') return undefined;
  const rule: Document = { [name]: schema[name] };
  for (const companion of COMPANIONS.get(name) ?? []) {
    if (companion in schema) rule[companion] = withoutRules(name, schema[companion]);
  }
  return rule;
}

/** What a companion names matters, not what it demands, except for a bound. */
function withoutRules(name: string, companion: unknown): unknown {
  if (Array.isArray(companion)) return companion.map(() => ({}));
  if (!isDocument(companion) || name === 'minimum' || name === 'maximum') return companion;
  return Object.fromEntries(keysOf(companion).map((key) => [key, {}]));
}

function explainRule(name: string, schema: Document, value: unknown): Document {
  const operand = schema[name];
  switch (name) {
    case 'properties':
      return {
        operatorName: name,
        propertiesNotSatisfied: brokenProperties(operand as Document, value as Document),
      };
    case 'required':
      return {
        operatorName: name,
        specifiedAs: { required: operand },
        missingProperties: (operand as string[]).filter(
          (key) => getOwn(value as Document, key) === undefined,
        ),
      };
    case 'additionalProperties':
      return {
        operatorName: name,
        specifiedAs: { additionalProperties: operand },
        additionalProperties: extraProperties(schema, value as Document),
      };
    case 'allOf':
    case 'anyOf':
      return { operatorName: name, schemasNotSatisfied: brokenSchemas(operand as Document[], value) };
    case 'oneOf':
      return explainOneOf(operand as Document[], value);
    case 'items':
      return isDocument(operand)
        ? explainItem(operand, value as unknown[])
        : explainLeaf(name, operand, value);
    default:
      return explainLeaf(name, operand, value);
  }
}

function explainLeaf(name: string, operand: unknown, value: unknown): Document {
  const reason = REASONS.get(name);
  return {
    operatorName: name,
    specifiedAs: { [name]: operand },
    ...(reason !== undefined && { reason }),
    consideredValue: value,
    ...((name === 'bsonType' || name === 'type') && { consideredType: bsonType(value).alias }),
    ...(name === 'uniqueItems' && { duplicatedValue: firstDuplicate(value as unknown[]) }),
  };
}

function firstDuplicate(array: readonly unknown[]): unknown {
  const seen = new Set<string>();
  return array.find((element) => seen.size === seen.add(hashValue(element)).size);
}

function brokenProperties(properties: Document, document: Document): Document[] {
  return keysOf(properties).flatMap((propertyName) => {
    const schema = properties[propertyName] as Document;
    const value = getOwn(document, propertyName);
    if (value === undefined || accepts(schema, value)) return [];
    return [{ propertyName, ...annotations(schema), details: brokenRules(schema, value) }];
  });
}

function extraProperties(schema: Document, document: Document): string[] {
  const named = new Set(isDocument(schema.properties) ? keysOf(schema.properties) : []);
  const patterns = isDocument(schema.patternProperties) ? keysOf(schema.patternProperties) : [];
  return keysOf(document)
    .filter((key) => !named.has(key) && !patterns.some((pattern) => compileRegex(pattern).test(key)))
    .sort((left, right) => compareValues(left, right));
}

function brokenSchemas(schemas: readonly Document[], value: unknown): Document[] {
  return schemas.flatMap((schema, index) =>
    accepts(schema, value) ? [] : [{ index, details: brokenRules(schema, value) }],
  );
}

function explainOneOf(schemas: readonly Document[], value: unknown): Document {
  const matching = schemas.flatMap((schema, index) => (accepts(schema, value) ? [index] : []));
  if (matching.length === 0) {
    return { operatorName: 'oneOf', schemasNotSatisfied: brokenSchemas(schemas, value) };
  }
  return {
    operatorName: 'oneOf',
    reason: 'more than one subschema matched',
    matchingSchemaIndexes: matching,
  };
}

function explainItem(schema: Document, array: readonly unknown[]): Document {
  const itemIndex = array.findIndex((element) => !accepts(schema, element));
  return {
    operatorName: 'items',
    reason: 'At least one item did not match the sub-schema',
    itemIndex,
    details: brokenRules(schema, array[itemIndex]),
  };
}
