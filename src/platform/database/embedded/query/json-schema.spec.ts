import { Double } from 'bson';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { compileFilter } from './filter.js';

const accepts = ($jsonSchema: Document, document: Document): boolean =>
  compileFilter({ $jsonSchema }).matches(document);

function codeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

describe('$jsonSchema', () => {
  it.each<[Document, Document[], Document[]]>([
    [{}, [{}], []],
    [{ required: ['a', 'b'] }, [{ a: null, b: 1 }], [{ a: 1 }, {}]],
    [{ properties: { a: { bsonType: 'string' } } }, [{ a: 'x' }, {}], [{ a: 1 }]],
    [{ properties: { a: { bsonType: ['int', 'long'] } } }, [{ a: 1 }, { a: 1n }], [{ a: new Double(1) }]],
    [{ properties: { a: { type: 'number' } } }, [{ a: 1 }, { a: 1.5 }], [{ a: '1' }]],
    [{ properties: { a: { type: ['boolean', 'null'] } } }, [{ a: true }, { a: null }], [{ a: 0 }]],
    [{ properties: { a: { enum: ['x', 5, null] } } }, [{ a: 'x' }, { a: 5n }, { a: null }], [{ a: 'y' }]],
    [
      { properties: { a: { minimum: 1, maximum: 3 } } },
      [{ a: 1 }, { a: 3 }, { a: 'x' }],
      [{ a: 0 }, { a: 4n }],
    ],
    [{ properties: { a: { minimum: 1, exclusiveMinimum: true } } }, [{ a: 2 }], [{ a: 1 }, { a: NaN }]],
    [{ properties: { a: { maximum: 3, exclusiveMaximum: true } } }, [{ a: 2 }], [{ a: 3 }]],
    [{ properties: { a: { multipleOf: 5 } } }, [{ a: 10 }, { a: 10n }], [{ a: 11 }]],
    [
      { properties: { a: { minLength: 2, maxLength: 3 } } },
      [{ a: 'ab' }, { a: '\u{1f600}\u{1f600}' }, { a: 5 }],
      [{ a: 'a' }, { a: 'abcd' }],
    ],
    [{ properties: { a: { pattern: '^a+$' } } }, [{ a: 'aa' }, { a: 1 }], [{ a: 'b' }]],
    [
      { properties: { a: { items: { bsonType: 'int' } } } },
      [{ a: [1, 2] }, { a: [] }, { a: 'x' }],
      [{ a: [1, 'x'] }],
    ],
    [
      { properties: { a: { items: [{ bsonType: 'int' }], additionalItems: false } } },
      [{ a: [1] }, { a: [] }],
      [{ a: ['x'] }, { a: [1, 2] }],
    ],
    [
      { properties: { a: { items: [{}], additionalItems: { bsonType: 'int' } } } },
      [{ a: ['x', 1] }],
      [{ a: [1, 'x'] }],
    ],
    [{ properties: { a: { minItems: 1, maxItems: 2 } } }, [{ a: [1] }], [{ a: [] }, { a: [1, 2, 3] }]],
    [
      { properties: { a: { uniqueItems: true } } },
      [{ a: [1, 2] }],
      [{ a: [1, 1n] }, { a: [{ b: 1 }, { b: 1 }] }],
    ],
    [{ properties: { a: {} }, additionalProperties: false }, [{ a: 1 }, {}], [{ a: 1, b: 1 }]],
    [
      { patternProperties: { '^a': { bsonType: 'int' } }, additionalProperties: { bsonType: 'string' } },
      [{ ab: 1, b: 'x' }],
      [{ ab: 'x' }, { b: 1 }],
    ],
    [{ minProperties: 1, maxProperties: 2 }, [{ a: 1 }], [{}, { a: 1, b: 1, c: 1 }]],
    [{ dependencies: { a: ['b'] } }, [{ a: 1, b: 1 }, {}], [{ a: 1 }]],
    [{ dependencies: { a: { required: ['c'] } } }, [{ a: 1, c: 1 }, {}], [{ a: 1 }]],
    [{ allOf: [{ required: ['a'] }, { required: ['b'] }] }, [{ a: 1, b: 1 }], [{ a: 1 }]],
    [{ anyOf: [{ required: ['a'] }, { required: ['b'] }] }, [{ a: 1 }], [{ c: 1 }]],
    [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, [{ a: 1 }], [{ a: 1, b: 1 }, {}]],
    [{ not: { required: ['a'] } }, [{}], [{ a: 1 }]],
    [
      { properties: { a: { properties: { b: { minimum: 1 } }, required: ['b'] } } },
      [{ a: { b: 1 } }, { a: 5 }],
      [{ a: {} }, { a: { b: 0 } }],
    ],
    [{ title: 'T', description: 'D', bsonType: 'object' }, [{}], []],
    [{ required: ['toString'] }, [{ toString: 1 }], [{}]],
  ])('%j', (schema, valid, invalid) => {
    for (const document of valid) expect([document, accepts(schema, document)]).toEqual([document, true]);
    for (const document of invalid) expect([document, accepts(schema, document)]).toEqual([document, false]);
  });

  it.each<[number, unknown]>([
    [14, 5],
    [9, { $ref: '#/x' }],
    [9, { propertys: {} }],
    [9, { required: [] }],
    [9, { required: ['a', 'a'] }],
    [14, { required: 'a' }],
    [14, { minimum: 'x' }],
    [9, { exclusiveMinimum: true }],
    [9, { multipleOf: 0 }],
    [9, { minLength: -1 }],
    [9, { type: 'integer' }],
    [9, { type: 'string', bsonType: 'string' }],
    [2, { bsonType: 'strnig' }],
    [14, { properties: 5 }],
    [14, { properties: { a: 5 } }],
    [14, { title: 5 }],
    [2, { allOf: [] }],
    [9, { enum: [] }],
    [51091, { properties: { a: { pattern: '(?=a)' } } }],
  ])('refuses with %i: %j', (code, $jsonSchema) => {
    expect(codeOf(() => compileFilter({ $jsonSchema }))).toBe(code);
  });

  it('refuses schemas that nest too deeply', () => {
    let schema: Document = {};
    for (let level = 0; level < 50_000; level++) schema = { not: schema };
    expect(() => compileFilter({ $jsonSchema: schema })).toThrow(CommandError);
  });
});
