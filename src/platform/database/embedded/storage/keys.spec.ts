import { behindPrefix, indexKey, KEPT_BYTES, PREFIX_BYTES, readRecordId, recordKey } from './keys.js';

describe('physical keys', () => {
  it.each([0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])('keep record id %d', (id) => {
    expect(readRecordId(recordKey(7, id), PREFIX_BYTES)).toBe(id);
  });

  it('order records by their number', () => {
    const ids = [3, 2 ** 40, 255, 256, 2 ** 32, 1];
    const sorted = [...ids].sort((a, b) => Buffer.compare(recordKey(1, a), recordKey(1, b)));
    expect(sorted).toEqual([...ids].sort((a, b) => a - b));
  });

  it('cut what LMDB cannot hold, and keep different keys apart', () => {
    const long = Buffer.alloc(5000, 1);
    const other = Buffer.from(long);
    other[4999] = 2;
    const [a, b] = [indexKey(1, long, 8), indexKey(1, other, 8)];
    expect(a.cut).toBe(true);
    expect(a.key.length).toBeLessThanOrEqual(1978);
    expect(a.key.equals(b.key)).toBe(false);
    expect(a.key.subarray(0, KEPT_BYTES).equals(b.key.subarray(0, KEPT_BYTES))).toBe(true);
    expect(indexKey(1, long, 8).key.equals(a.key)).toBe(true);
  });

  it('leave a short key as it is', () => {
    expect(indexKey(1, Buffer.from([9]), 0)).toEqual({ key: Buffer.from([0, 0, 0, 1, 9]), cut: false });
  });

  it.each([
    [
      [1, 2],
      [1, 3],
    ],
    [[1, 255], [2]],
    [[1, 255, 255], [2]],
  ])('end behind everything that begins with %j', (prefix, expected) => {
    expect([...behindPrefix(Buffer.from(prefix))]).toEqual(expected);
  });
});
