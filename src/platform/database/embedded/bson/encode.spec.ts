import { serialize } from 'bson';
import { encode } from './codec.js';

const text = (length: number) => 'x'.repeat(length);

describe('encode', () => {
  // Where a value makes the buffer grow depends on its position: every one near the edge is tried.
  it.each(Array.from({ length: 96 }, (_, at) => 65_536 - 90 + at))('grows its buffer at %d bytes', (size) => {
    encode({ reset: text(5 * 2 ** 20) });
    const document = {
      text: text(size - 20),
      list: ['a', { b: 'c' }],
      nested: { more: text(70_000), n: 1.5 },
    };
    expect(Buffer.compare(encode(document), serialize(document))).toBe(0);
  });

  it('ends a document that grows beyond every limit, and goes on with others', () => {
    const large = text(10 * 2 ** 20);
    expect(() => encode({ list: Array.from({ length: 100 }, () => large) })).toThrow(
      expect.objectContaining({ code: 10334 }) as Error,
    );
    expect(encode({ a: 1 })).toHaveLength(12);
  });

  it.each([100_000, 1_000_000, 5_000_000, 16_000_000])('writes a value of %d bytes', (size) => {
    const document = { list: [text(size)], after: 1 };
    expect(Buffer.compare(encode(document), serialize(document))).toBe(0);
  });
});
