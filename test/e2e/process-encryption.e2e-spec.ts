import { readFile } from 'node:fs/promises';
import { newKey, settled } from '../support/encryption.js';
import { SCHEMA, STORAGE } from '../support/publishable-key.js';
import { ServerProcess } from '../support/server-process.js';

interface Declared {
  encryption: { status: string; done: number; left: number };
}

describe('encryption in the background', () => {
  let server: ServerProcess;
  afterAll(() => server?.stop());

  it('goes on after a restart, also under another key', async () => {
    const [k1, k2] = [newKey('k1'), newKey('k2')];
    server = await ServerProcess.start({ env: { ENCRYPTION_KEYS: k1 } });
    for (let part = 0; part < 4; part += 1)
      await server.client.post(
        `${STORAGE}/people`,
        Array.from({ length: 1000 }, (_, n) => ({ _id: `p${part}-${n}`, ssn: `s${n}` })),
      );
    await server.client.send('PUT', `${SCHEMA}/people`, { encrypted: { ssn: { index: true } } });
    const before = await server.client.get<Declared>(`${SCHEMA}/people`);
    expect(before.body.encryption.status).toBe('running');
    await server.end();

    await server.startAgain({ ENCRYPTION_KEYS: `${k2},${k1}` });
    const found = await server.client.get<object[]>(`${STORAGE}/people`, { query: { ssn: 's7' } });
    expect(found.body).toHaveLength(4);
    expect(await settled(server.client, 'people')).toBe('done');
    const after = await server.client.get<Declared>(`${SCHEMA}/people`);
    expect(after.body.encryption).toMatchObject({ done: 4000, left: 0 });
    await server.end();

    // The key that the work ended with is enough.
    await server.startAgain({ ENCRYPTION_KEYS: k2 });
    const { body } = await server.client.get<object[]>(`${STORAGE}/people`, { query: { ssn: 's999' } });
    expect(body).toHaveLength(4);
    expect((await server.client.get(`${STORAGE}/people/p0-0`)).body).toMatchObject({ ssn: 's0' });
  });

  it('has no start with keys that are none', async () => {
    const refused = await ServerProcess.start({
      env: { ENCRYPTION_KEYS: 'k1:c2hvcnQ=' },
      until: 'nothing',
    });
    try {
      expect((await refused.exit).code).not.toBe(0);
      expect(refused.stderr + refused.stdout).toContain('ENCRYPTION_KEYS [0] (k1) must be 32 bytes');
      expect(refused.stderr + refused.stdout).not.toContain('c2hvcnQ');
    } finally {
      await refused.stop();
    }
  });

  it('is warned of where the key lies beside the data', async () => {
    const development = await ServerProcess.start({
      env: { NODE_ENV: 'development', SERVER_SECRET: undefined, LOG_LEVEL: 'warn' },
    });
    try {
      const secret = await readFile(`${development.dataDirectory}/server-secret`, 'utf8');
      const client = development.anonymous.with({ 'x-api-key': secret.trim() });
      const { body } = await client.send<{ warnings?: string[] }>('PUT', `${SCHEMA}/people`, {
        encrypted: { ssn: {} },
      });
      expect(body.warnings).toEqual([expect.stringContaining('DATA_DIR')]);
      await development.waitFor(() =>
        (development.stdout + development.stderr).includes('whoever takes the directory can decrypt them'),
      );
    } finally {
      await development.stop();
    }
  });
});
