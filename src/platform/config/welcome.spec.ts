import { loadConfig } from './load-config.js';
import { welcome } from './welcome.js';

const SECRET = 'a-secret-that-is-long-enough-for-anything';
const URL = 'http://127.0.0.1:5000';
const config = (env: Record<string, string> = {}) =>
  loadConfig({ env: { SERVER_SECRET: SECRET, DATA_DIR: '/srv/data', ...env }, dotenv: null });

describe('welcome', () => {
  it('shows a developer where everything is and which key to use', () => {
    const text = welcome(config(), URL);
    for (const part of [URL, `${URL}/docs`, '/srv/data', SECRET]) expect(text).toContain(part);
  });

  it('does not show the address of a database, which can hold a password', () => {
    const text = welcome(config({ MONGODB_URI: 'mongodb://user:hidden@db' }), URL);
    expect(text).toContain('MONGODB_URI');
    expect(text).not.toContain('hidden');
  });

  it('is silent in production', () => {
    expect(welcome(config({ NODE_ENV: 'production' }), URL)).toBe('');
  });
});
