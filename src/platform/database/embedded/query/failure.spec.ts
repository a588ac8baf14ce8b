import type { Document } from '../types.js';
import { explainFailure } from './failure.js';
import { compileFilter } from './filter.js';

describe('explainFailure', () => {
  it.each<[Document, Document, Document]>([
    [
      {
        $jsonSchema: {
          title: 'T',
          required: ['a', 'b'],
          properties: { c: { bsonType: 'int', description: 'D' } },
        },
      },
      { a: 1, c: 'x' },
      {
        operatorName: '$jsonSchema',
        title: 'T',
        schemaRulesNotSatisfied: [
          { operatorName: 'required', specifiedAs: { required: ['a', 'b'] }, missingProperties: ['b'] },
          {
            operatorName: 'properties',
            propertiesNotSatisfied: [
              {
                propertyName: 'c',
                description: 'D',
                details: [
                  {
                    operatorName: 'bsonType',
                    specifiedAs: { bsonType: 'int' },
                    reason: 'type did not match',
                    consideredValue: 'x',
                    consideredType: 'string',
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
    [
      {
        $jsonSchema: {
          properties: { a: { minimum: 5, exclusiveMinimum: true } },
          additionalProperties: false,
        },
      },
      { a: 5, z: 1, y: 1 },
      {
        operatorName: '$jsonSchema',
        schemaRulesNotSatisfied: [
          {
            operatorName: 'properties',
            propertiesNotSatisfied: [
              {
                propertyName: 'a',
                details: [
                  {
                    operatorName: 'minimum',
                    specifiedAs: { minimum: 5 },
                    reason: 'comparison failed',
                    consideredValue: 5,
                  },
                ],
              },
            ],
          },
          {
            operatorName: 'additionalProperties',
            specifiedAs: { additionalProperties: false },
            additionalProperties: ['y', 'z'],
          },
        ],
      },
    ],
    [
      { $jsonSchema: { properties: { a: { items: { maximum: 1 }, uniqueItems: true } } } },
      { a: [1, 2, 1] },
      {
        operatorName: '$jsonSchema',
        schemaRulesNotSatisfied: [
          {
            operatorName: 'properties',
            propertiesNotSatisfied: [
              {
                propertyName: 'a',
                details: [
                  {
                    operatorName: 'items',
                    reason: 'At least one item did not match the sub-schema',
                    itemIndex: 1,
                    details: [
                      {
                        operatorName: 'maximum',
                        specifiedAs: { maximum: 1 },
                        reason: 'comparison failed',
                        consideredValue: 2,
                      },
                    ],
                  },
                  {
                    operatorName: 'uniqueItems',
                    specifiedAs: { uniqueItems: true },
                    reason: 'found a duplicate item',
                    consideredValue: [1, 2, 1],
                    duplicatedValue: 1,
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
    [
      { $jsonSchema: { oneOf: [{}, { required: ['a'] }] } },
      { a: 1 },
      {
        operatorName: '$jsonSchema',
        schemaRulesNotSatisfied: [
          { operatorName: 'oneOf', reason: 'more than one subschema matched', matchingSchemaIndexes: [0, 1] },
        ],
      },
    ],
    [
      { a: { $gt: 5 } },
      { a: 1 },
      {
        operatorName: '$gt',
        specifiedAs: { a: { $gt: 5 } },
        reason: 'comparison failed',
        consideredValue: 1,
      },
    ],
    [{ a: 1 }, {}, { operatorName: '$eq', specifiedAs: { a: 1 }, reason: 'field was missing' }],
    [
      { a: { $type: 'string' }, b: 1, c: { $exists: false } },
      { a: 1, b: 1, c: 2 },
      {
        operatorName: '$and',
        clausesNotSatisfied: [
          {
            index: 0,
            details: {
              operatorName: '$type',
              specifiedAs: { a: { $type: 'string' } },
              reason: 'type did not match',
              consideredValue: 1,
              consideredType: 'int',
            },
          },
          {
            index: 2,
            details: {
              operatorName: '$exists',
              specifiedAs: { c: { $exists: false } },
              reason: 'path does exist',
              consideredValue: 2,
            },
          },
        ],
      },
    ],
    [
      { $or: [{ a: 1 }, { a: { $regex: 'x', $options: 'i' } }] },
      { a: 'b' },
      {
        operatorName: '$or',
        clausesNotSatisfied: [
          {
            index: 0,
            details: {
              operatorName: '$eq',
              specifiedAs: { a: 1 },
              reason: 'comparison failed',
              consideredValue: 'b',
            },
          },
          {
            index: 1,
            details: {
              operatorName: '$regex',
              specifiedAs: { a: { $regex: 'x', $options: 'i' } },
              reason: 'regular expression did not match',
              consideredValue: 'b',
            },
          },
        ],
      },
    ],
    [
      { $nor: [{ a: 1 }, { a: 2 }] },
      { a: 2 },
      { operatorName: '$nor', clausesSatisfied: [{ index: 1, details: { specifiedAs: { a: 2 } } }] },
    ],
    [
      { $expr: { $gt: ['$a', 5] } },
      { a: 1 },
      {
        operatorName: '$expr',
        specifiedAs: { $expr: { $gt: ['$a', 5] } },
        reason: 'expression did not match',
        expressionResult: false,
      },
    ],
  ])('%j on %j', (filter, document, expected) => {
    expect(compileFilter(filter).matches(document)).toBe(false);
    expect(explainFailure(filter, document)).toEqual(expected);
  });
});
