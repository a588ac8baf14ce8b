import { blockOf, readBlock } from './address-block.js';

describe('the block of an address', () => {
  it('is the address itself for IPv4, and the /64 for IPv6', () => {
    expect(blockOf('192.0.2.1')).toBe('192.0.2.1');
    expect(blockOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(blockOf('2001:db8::1')).toBe('2001:db8::/64');
    expect(blockOf('::1')).toBe('::/64');
    expect(blockOf('unknown')).toBe('unknown');
  });

  it('is found by each of its spellings', () => {
    for (const text of ['2001:db8:1:2::/64', '2001:DB8:1:2:ffff::9', '[2001:db8:1:2::]', '2001:db8:1:2::9'])
      expect(readBlock(text)).toBe('2001:db8:1:2::/64');
    for (const text of ['192.0.2.1', '::ffff:192.0.2.1']) expect(readBlock(text)).toBe('192.0.2.1');
    for (const text of ['', 'x', '192.0.2.0/24', '2001:db8::/32', '$ne'])
      expect(readBlock(text)).toBeUndefined();
  });
});
