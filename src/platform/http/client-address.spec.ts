import type { IncomingMessage } from 'node:http';
import * as fc from 'fast-check';
import { canonicalAddress, clientAddress, trustOf } from './client-address.js';

const seen = (peer: string | undefined, forwarded: string | undefined, ...proxies: string[]) =>
  clientAddress(
    {
      socket: { remoteAddress: peer },
      headers: { 'x-forwarded-for': forwarded },
    } as unknown as IncomingMessage,
    trustOf(proxies),
  );

describe('canonicalAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
    ['2001:DB8:0:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:8080', '2001:db8::1'],
    ['"[2001:db8::1]:8080"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is %s', (text, expected) => expect(canonicalAddress(text)).toBe(expected));

  it.each([
    ...[
      '',
      'unknown',
      '_hidden',
      'localhost',
      '1.2.3',
      '01.2.3.4',
      '0x7f.0.0.1',
      '2130706433',
      '1.2.3.4:999999',
    ],
    ...['1.2.3.4, 5.6.7.8', '::1::', '[::1', '1.2.3.4\u0000', `${'1'.repeat(90)}`, '1.2.3.4/8'],
  ])('%j is none', (text) => expect(canonicalAddress(text)).toBeUndefined());

  it('does not change what it has made', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = canonicalAddress(text);
        expect(canonicalAddress(address ?? '')).toBe(address);
      }),
    );
  });
});

describe('clientAddress', () => {
  it('is that of the connection unless a trusted proxy has made it', () => {
    expect(seen('192.0.2.1', '203.0.113.9')).toBe('192.0.2.1');
    expect(seen('192.0.2.1', '203.0.113.9', 'false')).toBe('192.0.2.1');
    expect(seen('192.0.2.1', '203.0.113.9', '10.0.0.0/8')).toBe('192.0.2.1');
    expect(seen('::ffff:192.0.2.1', undefined)).toBe('192.0.2.1');
    expect(seen(undefined, '203.0.113.9', '10.0.0.0/8')).toBe('unknown');
  });

  it('is the rightmost that is not trusted, whatever stands to the left of it', () => {
    const proxies = ['10.0.0.0/8', '192.0.2.1', '2001:db8:ffff::/48'];
    expect(seen('10.1.1.1', '203.0.113.9', ...proxies)).toBe('203.0.113.9');
    expect(seen('10.1.1.1', '1.1.1.1, 203.0.113.9', ...proxies)).toBe('203.0.113.9');
    expect(seen('10.1.1.1', '127.0.0.1,203.0.113.9 , 10.2.2.2', ...proxies)).toBe('203.0.113.9');
    expect(seen('::ffff:10.1.1.1', '203.0.113.9, ::ffff:192.0.2.1', ...proxies)).toBe('203.0.113.9');
    expect(seen('2001:db8:ffff::5', '2001:db8::7', ...proxies)).toBe('2001:db8::7');
    expect(seen('10.1.1.1', '10.3.3.3, 10.2.2.2', ...proxies)).toBe('10.3.3.3');
  });

  it('is one for all ports and spellings that a proxy adds', () => {
    for (const text of ['203.0.113.9:1', '203.0.113.9:60000', '::ffff:203.0.113.9', '[::ffff:203.0.113.9]:5'])
      expect(seen('10.1.1.1', text, '10.0.0.0/8')).toBe('203.0.113.9');
  });

  it('is the proxy that passes on what is no address', () => {
    for (const text of ['unknown', 'x1', 'x2', '203.0.113.9, garbage', '\u0000', 'a'.repeat(9000)])
      expect(seen('10.1.1.1', text, '10.0.0.0/8')).toBe('10.1.1.1');
    expect(seen('10.1.1.1', '203.0.113.9, garbage, 10.2.2.2', '10.0.0.0/8')).toBe('10.2.2.2');
    for (const text of ['', ' ', ',', ', ,', undefined])
      expect(seen('10.1.1.1', text, '10.0.0.0/8')).toBe('10.1.1.1');
    expect(seen('10.1.1.1', '203.0.113.9,, ,', '10.0.0.0/8')).toBe('203.0.113.9');
  });

  it('trusts networks of any size, and IPv4 within IPv6', () => {
    expect(seen('192.0.2.1', '203.0.113.9', '::ffff:192.0.2.0/120')).toBe('203.0.113.9');
    expect(seen('192.0.2.1', '203.0.113.9', '0.0.0.0/0')).toBe('203.0.113.9');
    expect(seen('2001:db8::1', '203.0.113.9', '::/0')).toBe('203.0.113.9');
    expect(seen('192.0.2.1', '203.0.113.9', '::/0')).toBe('192.0.2.1');
    expect(seen('192.0.2.1', '1.1.1.1, 203.0.113.9', 'true')).toBe('1.1.1.1');
  });

  it('does not read a header without end', () => {
    const hops = Array.from({ length: 4000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`).join(',');
    expect(seen('10.1.1.1', hops, '10.0.0.0/8')).toBe('10.0.15.128');
  });
});
