import { testConfig } from '../../../test/support/security-module.js';
import { MemoryCache } from './memory-cache.service.js';

describe('MemoryCache', () => {
  it('keeps, replaces and forgets', async () => {
    const cache = new MemoryCache(testConfig());
    expect(await cache.get('a')).toBeUndefined();
    await cache.set('a', '1', 60);
    await cache.set('a', '2', 60);
    expect(await cache.get('a')).toBe('2');
    await cache.delete('a');
    expect(await cache.get('a')).toBeUndefined();
  });

  it('lets go of what was used longest ago, and never takes what is larger than itself', async () => {
    const cache = new MemoryCache(testConfig({ CACHE_MAX_SIZE: '1kb' }));
    await cache.set('a', 'x'.repeat(300), 60);
    await cache.set('b', 'x'.repeat(300), 60);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.get('b')).toBeDefined();
    await cache.set('c', 'x'.repeat(2000), 60);
    expect(await cache.get('c')).toBeUndefined();
    expect(await cache.get('b')).toBeDefined();
  });

  it('ends the life of an entry', async () => {
    const cache = new MemoryCache(testConfig());
    await cache.set('a', '1', 0.05);
    while ((await cache.get('a')) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    await cache.set('b', '1', 3600);
    expect(await cache.get('b')).toBe('1');
  });
});
