import { isBanRule, isRateLimit, parseBanRule, parseRateLimit, unknownLimits } from './limit-words.js';

const limit = (text: string) => (isRateLimit(parseRateLimit(text)) ? parseRateLimit(text) : 'refused');
const ban = (text: string) => (isBanRule(parseBanRule(text)) ? parseBanRule(text) : 'refused');

describe('limits in words', () => {
  it.each([
    ['100/60', { count: 100, seconds: 60 }],
    [' 5 / 1 ', { count: 5, seconds: 1 }],
    ['1000/1h', { count: 1000, seconds: 3600 }],
    ['off', 'off'],
    ['OFF', 'off'],
  ])('%j is understood', (text, expected) => expect(limit(text)).toEqual(expected));

  it.each([
    ...['', '100', '/60', '100/', '0/60', '100/0', '-1/60', '1.5/60', '100/60/5', 'on', 'ten/60', '100/week'],
    ...['100/86401', '1e99/60', '100/60x', '9007199254740993/60', '100/0.2'],
  ])('%j is refused', (text) => expect(limit(text)).toBe('refused'));

  it('understands rules of bans', () => {
    expect(ban('200/300/900')).toEqual({ violations: 200, seconds: 300, bannedSeconds: 900 });
    expect(ban('3/1m/1d')).toEqual({ violations: 3, seconds: 60, bannedSeconds: 86_400 });
    expect(ban('off')).toBe('off');
    for (const text of ['200/300', '0/300/900', '200/300/900/1', '1/1/400d', 'a/b/c'])
      expect(ban(text)).toBe('refused');
  });

  it('names limits that limit nothing, and those that there are', () => {
    const known = new Set(['RATE_LIMIT_IP', 'SERVER_PORT']);
    expect(unknownLimits(['RATE_LIMIT_IP', 'RATE_LIMIT_IP_FILE', 'SERVER_PORT', 'OTHER'], known)).toEqual([]);
    expect(unknownLimits(['RATE_LIMIT_IPS', 'RATE_LIMIT_FOO_FILE'], known)).toEqual([
      'RATE_LIMIT_IPS limits nothing; there are RATE_LIMIT_IP',
      'RATE_LIMIT_FOO_FILE limits nothing; there are RATE_LIMIT_IP',
    ]);
  });
});
