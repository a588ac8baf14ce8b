import { isHostOrRange, isOrigin, isProxy } from './network-words.js';

describe('isOrigin', () => {
  it.each(['*', 'https://app.example.com', 'http://localhost:3000', 'http://[::1]:8080'])(
    'accepts %s',
    (word) => {
      expect(isOrigin(word)).toBe(true);
    },
  );

  it.each([
    'app.example.com',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://APP.example.com',
    'https://app.example.com:443',
    'https://*.example.com',
    'https://user@app.example.com',
    'null',
    '',
  ])('refuses %j, which no browser sends', (word) => {
    expect(isOrigin(word)).toBe(false);
  });
});

describe('isProxy', () => {
  it.each(['true', 'false', '127.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '::1', 'fc00::/7', '::/128'])(
    'accepts %s',
    (word) => {
      expect(isProxy(word)).toBe(true);
    },
  );

  it.each(['', 'proxy', '10.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '*'])(
    'refuses %j',
    (word) => {
      expect(isProxy(word)).toBe(false);
    },
  );
});

describe('isHostOrRange', () => {
  it.each(['localhost', 'db.internal', '10.0.0.0/8', '127.0.0.1', '::1', 'fd00::/8'])('takes %s', (word) => {
    expect(isHostOrRange(word)).toBe(true);
  });

  it.each(['', '*', 'true', 'http://db', '10.0.0.0/33', 'a b', '-a', '.'])('refuses %j', (word) => {
    expect(isHostOrRange(word)).toBe(false);
  });
});
