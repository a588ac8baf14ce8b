import { nextHop, type Hop } from './redirects.js';

const post: Hop = {
  url: 'https://one.example/a/b',
  method: 'POST',
  headers: { Authorization: 'Bearer x', 'Content-Type': 'text/plain', 'X-Trace': '1' },
  body: 'hello',
};

describe('nextHop', () => {
  it('turns a POST into a GET where browsers do', () => {
    for (const status of [301, 302, 303])
      expect(nextHop(post, status, '../c')).toEqual({
        url: 'https://one.example/c',
        method: 'GET',
        headers: { Authorization: 'Bearer x', 'X-Trace': '1' },
        body: undefined,
      });
  });

  it('repeats it where it must stay what it is', () => {
    expect(nextHop(post, 307, '/c')).toEqual({ ...post, url: 'https://one.example/c' });
  });

  it('takes credentials to no other origin', () => {
    const { headers } = nextHop(post, 308, 'https://two.example/') as Hop;
    expect(headers).toEqual({ 'Content-Type': 'text/plain', 'X-Trace': '1' });
  });

  it.each([
    [200, '/c'],
    [304, '/c'],
    [302, undefined],
    [302, 'http://'],
  ])('sees no redirect in %s with %s', (status, location) => {
    expect(nextHop(post, status, location)).toBeUndefined();
  });
});
