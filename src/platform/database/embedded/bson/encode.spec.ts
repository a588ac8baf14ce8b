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

  it.each([100_000, 1_000_000, 5_000_000, 16_000_000])('writes a value of %d bytes', (size) => {
    const document = { list: [text(size)], after: 1 };
    expect(Buffer.compare(encode(document), serialize(document))).toBe(0);
  });
});
