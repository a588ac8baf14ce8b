import { isGrantedHost } from './granted-hosts.js';

describe('isGrantedHost', () => {
  it.each([
    ['https://api.example.com/x', 'api.example.com'],
    ['http://api.example.com/x', 'api.example.com'],
    ['https://API.example.com', 'Api.Example.com'],
    ['http://127.0.0.1:8080', '127.0.0.1:8080'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['https://example.com:443', 'example.com:443'],
  ])('admits %s for %s', (url, entry) => {
    expect(isGrantedHost(new URL(url), [entry])).toBe(true);
  });

  it.each([
    ['https://example.com.evil.com', 'example.com'],
    ['https://evil-example.com', 'example.com'],
    ['https://a.example.com', 'example.com'],
    ['https://example.com@evil.com', 'example.com'],
    ['https://evil.com/example.com', 'example.com'],
    ['https://example.com:8443', 'example.com'],
    ['http://example.com', 'example.com:443'],
    ['https://example.com', ''],
  ])('refuses %s for %s', (url, entry) => {
    expect(isGrantedHost(new URL(url), [entry])).toBe(false);
  });
});
