import { providerError } from './provider-errors.js';
import { parseRetryAfter, ProviderFailure } from './provider-failure.js';
import { parseErrorBody } from './provider-fetch.js';

describe('providerError', () => {
  it.each([
    [{ message: 'lost' }, 'provider_unavailable'],
    [{ status: 401, message: 'x' }, 'provider_key_invalid'],
    [{ status: 403, message: 'x' }, 'provider_key_invalid'],
    [{ status: 400, message: 'x', code: 'API_KEY_INVALID' }, 'provider_key_invalid'],
    [{ status: 429, message: 'x' }, 'provider_quota'],
    [{ status: 504, message: 'x' }, 'provider_timeout'],
    [{ status: 529, message: 'x' }, 'provider_unavailable'],
    [{ status: 413, message: 'x' }, 'context_too_long'],
    [{ status: 400, message: 'x', code: 'context_length_exceeded' }, 'context_too_long'],
    [{ status: 400, message: 'x', code: 'content_filter' }, 'blocked_by_safety'],
    [{ status: 404, message: 'x' }, 'not_found'],
    [{ status: 400, message: 'x' }, 'unprocessable'],
  ])('calls %j %s', (failure, code) => {
    expect(providerError(new ProviderFailure(failure)).code).toBe(code);
  });

  it('says back what is wrong with a request, but never a key, and nothing at length', () => {
    const failure = new ProviderFailure({ status: 400, message: `sk-1 ${'x'.repeat(10_000)}` }, [
      'sk-1',
      undefined,
    ]);
    const { detail } = providerError(failure);
    expect(detail).toContain('[redacted]');
    expect(detail).not.toContain('sk-1');
    expect(detail.length).toBeLessThan(600);
  });
});

describe('parseErrorBody', () => {
  it.each([
    ['{"error":{"message":"m","code":"c"}}', { message: 'm', code: 'c' }],
    ['[{"error":{"message":"m","code":400,"status":"S"}}]', { message: 'm', code: 'S' }],
    ['{"error":"m"}', { message: 'm' }],
    ['{"message":"m"}', { message: 'm' }],
    ['<html>', { message: '<html>' }],
    ['', { message: 'no message' }],
    ['null', { message: 'null' }],
    ['{"error":{"message":"m","details":[null,{"retryDelay":"1.2s"}]}}', { message: 'm', retryAfter: 2 }],
  ])('reads %s', (text, failure) => {
    expect(parseErrorBody(text)).toMatchObject(failure);
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['7', 7],
    ['0.2', 1],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j', (header, seconds) => {
    expect(parseRetryAfter(header, 0)).toBe(seconds);
  });
});
