import fc from 'fast-check';
import { mongo } from 'mongoose';
import { guardWith, refusalOf } from '../../../../test/support/query-guard.js';
import { jsonForm } from './json-form.js';

const {
  EJSON,
  Binary,
  Decimal128,
  Double,
  Int32,
  Long,
  ObjectId,
  calculateObjectSize,
  deserialize,
  serialize,
} = mongo.BSON;
const guard = guardWith();
const decode = (value: unknown) => guard.document({ value }, '', () => false).value;

describe('Extended JSON of callers', () => {
  it.each([
    [{ $date: '2026-01-31' }, new Date('2026-01-31T00:00:00Z')],
    [{ $date: '2026-01-31T12:00:00.5+02:00' }, new Date('2026-01-31T10:00:00.500Z')],
    [{ $date: '2026-01-31T12:00' }, new Date('2026-01-31T12:00:00Z')],
    [{ $date: -1 }, new Date(-1)],
    [{ $date: { $numberLong: '1000' } }, new Date(1000)],
    [{ $numberInt: '-5' }, -5],
    [{ $numberLong: '-9223372036854775808' }, -9223372036854775808n],
    [{ $numberDouble: '5.0' }, new Double(5)],
    [{ $numberDouble: '-Infinity' }, new Double(-Infinity)],
    [{ $numberDecimal: '0.10' }, Decimal128.fromString('0.10')],
    [{ $numberDecimal: 'NaN' }, Decimal128.fromString('NaN')],
    [{ $oid: '65a1b2c3d4e5f60718293a4b' }, new ObjectId('65a1b2c3d4e5f60718293a4b')],
    [{ $binary: { base64: 'aGk=', subType: '00' } }, new Binary(Buffer.from('hi'))],
    [
      { $uuid: '00112233-4455-6677-8899-aabbccddeeff' },
      new Binary(Buffer.from('00112233445566778899aabbccddeeff', 'hex'), 4),
    ],
  ])('reads %j', (value, expected) => {
    expect(decode(value)).toEqual(expected);
  });

  it.each([
    [{ $date: 'today' }],
    [{ $date: '2026' }],
    [{ $date: '2026-02-30' }],
    [{ $date: '2026-01-31T25:00:00Z' }],
    [{ $date: '12:30' }],
    [{ $date: 1.5 }],
    [{ $date: 8.64e15 + 1 }],
    [{ $date: { $numberLong: '9223372036854775807' } }],
    [{ $date: { $gt: '2026-01-31' } }],
    [{ $date: null }],
    [{ $date: '2026-01-31', $numberInt: '1' }],
    [{ $oid: '65a1b2c3' }],
    [{ $oid: { $ne: null } }],
    [{ $oid: 'zza1b2c3d4e5f60718293a4b' }],
    [{ $numberInt: '2147483648' }],
    [{ $numberInt: 5 }],
    [{ $numberInt: '1.5' }],
    [{ $numberInt: '' }],
    [{ $numberLong: '9223372036854775808' }],
    [{ $numberLong: '0x10' }],
    [{ $numberDouble: 'five' }],
    [{ $numberDouble: '1e999' }],
    [{ $numberDouble: 5 }],
    [{ $numberDecimal: '1.2.3' }],
    [{ $numberDecimal: '1'.repeat(35) }],
    [{ $numberDecimal: '1'.repeat(100_000) }],
    [{ $binary: 'aGk=' }],
    [{ $binary: { base64: 'aGk=', subType: '06' } }],
    [{ $binary: { base64: 'aGk=', subType: '04' } }],
    [{ $binary: { base64: 'a', subType: '00' } }],
    [{ $binary: { base64: 'a-_=', subType: '00' } }],
    [{ $binary: { base64: 'aGk=', subType: '00', extra: 1 } }],
    [{ $uuid: 'not-a-uuid' }],
    [{ $regularExpression: { pattern: 'a', options: '' } }],
    [{ $timestamp: { t: 1, i: 1 } }],
    [{ $minKey: 1 }],
    [{ $maxKey: 1 }],
    [{ $code: 'x' }],
    [{ $code: 'x', $scope: {} }],
    [{ $symbol: 'x' }],
    [{ $undefined: true }],
    [{ $dbPointer: {} }],
    [{ $ref: 'a', $id: 'b' }],
    [{ $type: '00', $binary: 'aGk=' }],
    [{ a: 1, $date: '2026-01-31' }],
    [{ _bsontype: 'ObjectId', id: 'x' }],
  ])('refuses %j', (value) => {
    expect(refusalOf(() => decode(value)).code).toBe('document_refused');
    expect(refusalOf(() => decode([{ deep: value }])).code).toBe('document_refused');
  });
});

/** Values of every type that callers may store, as the driver's classes. */
const stored = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.integer().map((value) => new Int32(value)),
    fc.double().map((value) => new Double(value)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
    fc.integer({ min: -1e9, max: 1e9 }).map((value) => Decimal128.fromString(`${value}E-3`)),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ max: 255 }).map((bytes) => new Binary(bytes)),
    fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('document'),
  ),
  document: fc.dictionary(fc.stringMatching(/^[a-z]\w{0,8}$/), tie('value'), {
    maxKeys: 5,
    noNullPrototype: true,
  }),
}));
const document = stored.document;

describe('documents of every type', () => {
  it('are read from canonical Extended JSON to the same bytes', () => {
    fc.assert(
      fc.property(document, (original) => {
        const read = guard.document(
          JSON.parse(EJSON.stringify(original, { relaxed: false })),
          '',
          () => false,
        );
        expect(Buffer.from(serialize(read)).equals(serialize(original))).toBe(true);
        expect(calculateObjectSize(read)).toBe(serialize(read).length);
      }),
    );
  });

  it('are written in a form that is read to the same form again', () => {
    fc.assert(
      fc.property(document, (original) => {
        const write = (value: Record<string, unknown>) =>
          JSON.stringify(jsonForm(deserialize(serialize(value))));
        const once = write(original);
        expect(write(guard.document(JSON.parse(once), '', () => false))).toBe(once);
      }),
    );
  });
});
