import { serializeError } from './serialize-error.js';

describe('serializeError', () => {
  it('keeps type, message, stack, code and cause', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNREFUSED' });
    const error = new RangeError('outer', { cause });
    expect(serializeError(error)).toEqual({
      type: 'RangeError',
      message: 'outer',
      stack: expect.stringContaining('serialize-error.spec') as string,
      cause: {
        type: 'TypeError',
        message: 'inner',
        stack: expect.stringContaining('inner') as string,
        code: 'ECONNREFUSED',
      },
    });
  });

  it('names a class that sets no name', () => {
    class MoonError extends Error {}
    expect(serializeError(new MoonError('full')).type).toBe('MoonError');
  });

  it('keeps nothing else that hangs on an error', () => {
    const error = Object.assign(new Error('x'), {
      document: { password: 'hidden' },
      request: 'hidden',
      code: {},
    });
    expect(JSON.stringify(serializeError(error))).not.toContain('hidden');
  });

  it.each([
    'cannot reach mongodb://user:hidden@db:27017/coglex',
    'cannot reach mongodb+srv://user:hidden@db/?w=1',
    'redis://:hidden@cache',
    'Cannot GET /callback?code=hidden&state=hidden',
    'fetch https://api.example.com/v1?key=hidden failed',
  ])('hides the credentials in: %s', (message) => {
    const text = JSON.stringify(serializeError(new Error(message)));
    expect(text).not.toContain('hidden');
    expect(text).toContain('[redacted]');
  });

  it('leaves questions alone', () => {
    expect(serializeError(new Error('Is it there? No. a ? b : c')).message).toBe(
      'Is it there? No. a ? b : c',
    );
  });

  it('cuts texts of any length', () => {
    for (const text of ['a.'.repeat(1e6), '://'.repeat(1e6), '?a'.repeat(1e6)])
      expect(serializeError(new Error(text)).message.length).toBeLessThan(20_000);
  });

  it.each([['text'], [5], [null], [undefined], [{ a: 1 }]])('takes %j, which is no error', (thrown) => {
    expect(serializeError(thrown)).toMatchObject({ stack: '' });
  });

  it('ends with errors that cause each other', () => {
    const error = new Error('x');
    error.cause = error;
    expect(JSON.stringify(serializeError(error)).match(/"message"/g)).toHaveLength(6);
  });
});
