import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import fc from 'fast-check';
import type { Document } from '../../types.js';
import { DBPointer } from '../db-pointer.js';
import { makeDouble } from '../numbers.js';
import { setOwn } from '../types.js';

const decimals = fc
  .oneof(
    fc.constantFrom(
      '0',
      '-0',
      '0E+6111',
      '0E-6176',
      '1',
      '1.0',
      '1.5',
      '0.1',
      '-0.1',
      '9007199254740993',
      '9007199254740992',
      '9.999999999999999999999999999999999E+6144',
      '-9.999999999999999999999999999999999E+6144',
      '1E-6176',
      '-1E-6176',
      '1.7976931348623157E+308',
      '4.9E-324',
      'NaN',
      'Infinity',
      '-Infinity',
    ),
    fc
      .tuple(fc.bigInt(-(10n ** 34n) + 1n, 10n ** 34n - 1n), fc.integer({ min: -6176, max: 6111 }))
      .map(([coefficient, exponent]) => `${coefficient}E${exponent}`),
    fc
      .tuple(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: -3, max: 3 }))
      .map(([coefficient, exponent]) => `${coefficient}E${exponent}`),
  )
  .map((text) => Decimal128.fromString(text));

/** Numbers of all types, many of them equal or close to others. */
export const numbers = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.integer(),
  fc.double().map(makeDouble),
  fc
    .constantFrom(-0, 0, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 2 ** 53, 2 ** 53 + 2, 0.1)
    .map(makeDouble),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt(2n ** 53n - 4n, 2n ** 53n + 4n),
  fc.bigInt(-20n, 20n),
  decimals,
);

/** Strings of few characters, so that equal ones and prefixes are common, across the borders of UTF-8 and UTF-16. */
export const strings = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '',
        'a',
        'b',
        '\0',
        '\u0001',
        '\u00ff',
        '\ud7ff',
        '\ue000',
        '\ufffd',
        '\u{1f600}',
        '\u{10ffff}',
      ),
      {
        maxLength: 4,
      },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);

const bytes = fc.uint8Array({ maxLength: 4 });
const objectIds = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((id) => new ObjectId(id));

const scalars = fc.oneof(
  { weight: 4, arbitrary: numbers },
  { weight: 3, arbitrary: strings },
  fc.constantFrom<unknown>(undefined, null, true, false, new MinKey(), new MaxKey()),
  objectIds,
  fc.date({ noInvalidDate: true }),
  fc.tuple(bytes, fc.constantFrom(0, 2, 4, 128)).map(([data, subtype]) => new Binary(data, subtype)),
  fc.bigInt(0n, 2n ** 64n - 1n).map((value) => new Timestamp(value)),
  fc
    .tuple(fc.constantFrom('', 'a', 'a.*', '\u00fc'), fc.constantFrom('', 'i', 'im'))
    .map(([p, o]) => new BSONRegExp(p, o)),
  strings.map((text) => new BSONSymbol(text)),
  fc.tuple(strings, objectIds).map(([namespace, id]) => new DBPointer(namespace, id)),
  strings.map((text) => new Code(text)),
);

export const keys = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', 'constructor', '1', '0', '10', '\u00e9'),
  fc.string({ maxLength: 3 }).filter((key) => !key.includes('\0')),
);

/** A document of entries; `__proto__` is a key like any other. */
export function documentOf(entries: readonly (readonly [string, unknown])[]): Document {
  const document: Document = {};
  for (const [key, value] of entries) setOwn(document, key, value);
  return document;
}

const { value, document } = fc.letrec<{ value: unknown; document: Document; array: unknown[]; code: Code }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      scalars,
      tie('document'),
      tie('array'),
      tie('code'),
    ),
    document: fc
      .uniqueArray(fc.tuple(keys, tie('value')), { maxLength: 4, selector: ([key]) => key })
      .map(documentOf),
    array: fc.array(tie('value'), { maxLength: 4 }),
    code: fc.tuple(strings, tie('document')).map(([code, scope]) => new Code(code, scope)),
  }),
);

/** Values of all types, nested. */
export const values = value;

export const documents = document;
