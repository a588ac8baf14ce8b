import fc from 'fast-check';
import { crc32c } from './crc32c.js';
import { FrameReader, ProtocolError, writeFrame } from './frames.js';

describe('FrameReader', () => {
  it('puts messages together wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (bodies, cuts) => {
          const stream = Buffer.concat(bodies.map((body, i) => writeFrame(i, 0, 2013, body)));
          const reader = new FrameReader();
          const frames = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const length = cuts[i % cuts.length];
            frames.push(...reader.push(stream.subarray(at, at + length)));
            at += length;
          }
          expect(frames.map(({ requestId }) => requestId)).toEqual(bodies.map((_, i) => i));
          expect(frames.map(({ body }) => [...body])).toEqual(bodies.map((body) => [...body]));
        },
      ),
    );
  });

  it.each([15, 0, -1, 48_000_001, 2 ** 31 - 1])('refuses a length of %d', (length) => {
    const head = Buffer.alloc(16);
    head.writeInt32LE(length, 0);
    expect(() => [...new FrameReader().push(head)]).toThrow(ProtocolError);
  });
});

describe('crc32c', () => {
  it.each([
    ['', 0],
    ['a', 0xc1d04330],
    ['123456789', 0xe3069283],
  ])('of %j', (text, expected) => {
    expect(crc32c(Buffer.from(text))).toBe(expected);
  });
});
