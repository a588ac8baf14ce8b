import { refusalOf } from '../../../test/support/query-guard.js';
import { testConfig } from '../../../test/support/security-module.js';
import { OutboundPolicy } from './outbound-policy.service.js';

const policy = (allow = '') => new OutboundPolicy(testConfig({ OUTBOUND_ALLOW: allow }));

describe('OutboundPolicy', () => {
  it.each([
    'https://example.com/hook',
    'http://example.com:8080/?a=1',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
  ])('takes %s', (url) => {
    expect(policy().checkUrl(url, '/url').href).toBe(url);
  });

  it.each([
    ['loopback', 'http://127.0.0.1/'],
    ['a short form', 'http://127.1/'],
    ['a number', 'http://2130706433/'],
    ['hexadecimal digits', 'http://0x7f000001/'],
    ['octal digits', 'http://0177.0.0.1/'],
    ['a final dot', 'http://127.0.0.1./'],
    ['full-width digits', 'http://１２７.0.0.1/'],
    ['a name for loopback', 'http://localhost/'],
    ['a name under it', 'http://me.LocalHost./'],
    ['metadata', 'http://169.254.169.254/latest/meta-data'],
    ['IPv6 loopback', 'http://[::1]/'],
    ['an IPv4-mapped address', 'http://[::ffff:169.254.169.254]/'],
    ['NAT64', 'http://[64:ff9b::a9fe:a9fe]/'],
    ['a file', 'file:///etc/passwd'],
    ['another protocol', 'gopher://example.com/'],
    ['a password', 'https://ada:secret@example.com/'],
    ['no URL', 'example'],
    ['too much', `https://example.com/${'x'.repeat(2048)}`],
  ])('refuses %s: %s', (_what, url) => {
    expect(refusalOf(() => policy().checkUrl(url, '/url'))).toMatchObject({
      code: 'url_refused',
      place: '/url',
    });
  });

  it('takes what the operator allows: names, addresses and ranges', () => {
    const open = policy('hooks.internal, 10.0.0.0/8, 127.0.0.1');
    for (const url of ['http://10.1.2.3/', 'http://127.0.0.1:3000/', 'http://localhost:3000/'])
      expect(open.problemWith(url)).toBeUndefined();
    expect(open.admits('HOOKS.internal.', '192.168.0.7')).toBe(true);
    expect(open.admits('other.internal', '192.168.0.7')).toBe(false);
    expect(open.problemWith('http://127.0.0.2/')).toMatch('OUTBOUND_ALLOW');
  });
});
