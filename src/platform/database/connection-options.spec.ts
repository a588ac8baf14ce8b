import { loadConfig } from '../config/load-config.js';
import { connectionOptions } from './connection-options.js';

const config = (env: Record<string, string> = {}) =>
  loadConfig({ env: { SERVER_SECRET: 's'.repeat(32), ...env }, dotenv: null });

describe('connectionOptions', () => {
  const uri = 'mongodb://db';

  it('notices within 2 s that a server is away', () => {
    const options = connectionOptions(uri, config({ MONGODB_URI: uri }));
    expect(options.bufferCommands).toBe(false);
    const { heartbeatFrequencyMS, connectTimeoutMS, serverSelectionTimeoutMS } = options;
    const waits = [heartbeatFrequencyMS, connectTimeoutMS, serverSelectionTimeoutMS].map(Number);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeLessThan(2000);
  });

  it('is patient with the embedded engine, which is busy when it is silent', () => {
    const options = connectionOptions(uri, config({ MONGODB_MAX_TIME_MS: '20000' }));
    expect(options.connectTimeoutMS).toBeGreaterThan(20_000);
    expect(options.heartbeatFrequencyMS).toBeUndefined();
  });

  it('gives a query the time it may have before its socket is given up', () => {
    const options = connectionOptions(uri, config({ MONGODB_MAX_TIME_MS: '20000' }));
    expect(options.socketTimeoutMS).toBeGreaterThan(20_000);
  });

  it('takes pool and database from the settings', () => {
    const options = connectionOptions(uri, config({ MONGODB_POOL_SIZE: '7', MONGODB_DATABASE: 'moon' }));
    expect(options).toMatchObject({ maxPoolSize: 7, dbName: 'moon' });
  });

  it('leaves to the address what the address says, in any spelling', () => {
    const options = connectionOptions(
      'mongodb://db/?connecttimeoutms=5000&appName=moon&maxPoolSize=3',
      config(),
    );
    expect(options).not.toHaveProperty('connectTimeoutMS');
    expect(options).not.toHaveProperty('appName');
    expect(options).not.toHaveProperty('maxPoolSize');
    expect(options.serverSelectionTimeoutMS).toBe(700);
  });
});
