import { boundedDetail, boundedText } from './bounded-detail.js';

describe('the particulars of an entry', () => {
  it('stay as they are when they are short', () => {
    const detail = { method: 'password', list: [1, true, null], deep: { a: 'b' } };
    expect(boundedDetail(detail)).toEqual(detail);
  });

  it('are cut, however they are large', () => {
    const deep = () => {
      let value: Record<string, unknown> = {};
      for (let level = 0; level < 500; level += 1) value = { a: value };
      return value;
    };
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`m${n}`, 'x'.repeat(1000)]));
    for (const detail of [{ text: 'x'.repeat(1e6) }, deep(), many, { list: Array(10_000).fill('x') }])
      expect(JSON.stringify(boundedDetail(detail)).length).toBeLessThan(8500);
  });

  it('hold no values of secret members', () => {
    const detail = { password: 'hidden', inner: { token: 'hidden', 'X-API-Key': 'hidden' } };
    expect(JSON.stringify(boundedDetail(detail))).not.toContain('hidden');
  });

  it('hold nothing that a database or a terminal would take for an order', () => {
    expect(boundedDetail({ $set: 1, 'a.b': 2, 'n\u0000': 3 })).toEqual({ _set: 1, a_b: 2, 'n ': 3 });
    expect(boundedText('a\r\n{"forged": true}\u001b[2J\u2028b')).toBe('a {"forged": true} [2J b');
  });
});
