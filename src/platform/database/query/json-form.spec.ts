import { mongo } from 'mongoose';
import { jsonForm } from './json-form.js';

const { BSONRegExp, Binary, Code, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } =
  mongo.BSON;

/** What a client receives of a document that the database holds. */
const received = (value: unknown): unknown => {
  const document = mongo.BSON.deserialize(mongo.BSON.serialize({ value }));
  return (JSON.parse(JSON.stringify(jsonForm(document))) as { value: unknown }).value;
};

describe('JSON of stored values', () => {
  it.each([
    ['text', 'text'],
    [1.5, 1.5],
    [null, null],
    [true, true],
    [new Double(5), 5],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new ObjectId('65a1b2c3d4e5f60718293a4b'), '65a1b2c3d4e5f60718293a4b'],
    [Long.fromNumber(2 ** 53 - 1), 2 ** 53 - 1],
    [Long.fromString('9007199254740993'), { $numberLong: '9007199254740993' }],
    [Decimal128.fromString('1.10'), { $numberDecimal: '1.10' }],
    [NaN, { $numberDouble: 'NaN' }],
    [Infinity, { $numberDouble: 'Infinity' }],
    [-Infinity, { $numberDouble: '-Infinity' }],
    [new Binary(Buffer.from('hi')), { $binary: { base64: 'aGk=', subType: '00' } }],
    [
      new UUID('00112233-4455-6677-8899-aabbccddeeff'),
      { $binary: { base64: 'ABEiM0RVZneImaq7zN3u/w==', subType: '04' } },
    ],
    [new BSONRegExp('^a', 'i'), { $regularExpression: { pattern: '^a', options: 'i' } }],
    [new Timestamp({ t: 7, i: 1 }), { $timestamp: { t: 7, i: 1 } }],
    [new MinKey(), { $minKey: 1 }],
    [new MaxKey(), { $maxKey: 1 }],
    [new Code('x'), { $code: 'x' }],
    [
      [1, [NaN], { a: NaN }],
      [1, [{ $numberDouble: 'NaN' }], { a: { $numberDouble: 'NaN' } }],
    ],
  ])('writes %p', (value, expected) => {
    expect(received(value)).toEqual(expected);
  });

  it('copies nothing', () => {
    const list = [1, 'a'];
    const document = { a: { b: list }, at: new Date() };
    expect(jsonForm(document)).toBe(document);
    expect(document.a.b).toBe(list);
  });

  it('is not deceived by fields that look like types', () => {
    const document = { _bsontype: 'Long', toExtendedJSON: 'x', toJSON: 1 };
    expect(JSON.parse(JSON.stringify(jsonForm({ ...document })))).toEqual(document);
  });
});
