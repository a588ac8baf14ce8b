import { redactSecrets } from './redact-secrets.js';

const HIDDEN = 'hidden';

describe('redactSecrets', () => {
  it.each([
    'password',
    '_password',
    'Authorization',
    'COOKIE',
    'Set-Cookie',
    'X-API-Key',
    'token',
    'refresh_token',
    'client_secret',
    'secret',
  ])('hides %s wherever it is', (key) => {
    const line = { [key]: HIDDEN, a: { [key]: [HIDDEN], b: [{ [key]: { c: HIDDEN } }] }, kept: 'kept' };
    const redacted = JSON.stringify(redactSecrets(line));
    expect(redacted).not.toContain(HIDDEN);
    expect(redacted.match(/\[redacted\]/g)).toHaveLength(3);
    expect(redacted).toContain('"kept":"kept"');
  });

  it('does not change what it is given', () => {
    const line = { user: { password: HIDDEN } };
    redactSecrets(line);
    expect(line).toEqual({ user: { password: HIDDEN } });
  });

  it('copies nothing when there is nothing to hide', () => {
    const line = { req: { method: 'GET' }, list: [{ a: 1 }] };
    expect(redactSecrets(line)).toBe(line);
  });

  it('leaves alone what has a form of its own', () => {
    const line = { err: Object.assign(new Error('x'), { password: HIDDEN }), at: new Date(0), none: null };
    expect(redactSecrets(line)).toBe(line);
  });

  it('ends with objects that hold themselves, or go deep', () => {
    const line: Record<string, unknown> = { name: 'x' };
    line.self = line;
    expect(JSON.stringify(redactSecrets(line))).toContain('[redacted]');
  });
});
