import { ServerProcess } from '../support/server-process.js';

interface Line {
  level: number;
  msg: string;
}

describe('the start of the process', () => {
  let server: ServerProcess;
  afterEach(() => server.stop());

  it('warns of settings that are not safe, without their values', async () => {
    const SERVER_SECRET = 'change-me-change-me-change-me-change-me';
    const env = { SERVER_SECRET, CORS_ORIGINS: '*' };
    server = await ServerProcess.start({ database: 'shared', env });
    const warnings = server.logLines<Line>().filter(({ level }) => level === 40);
    expect(warnings.map(({ msg }) => msg.split(' ')[0]).sort()).toEqual(['CORS_ORIGINS', 'SERVER_SECRET']);
    expect(server.stdout).not.toContain(SERVER_SECRET);
  });

  it('warns once of a proxy that nobody has named, behind which all clients count as one', async () => {
    server = await ServerProcess.start({ database: 'shared' });
    const warnings = () => server.logLines<Line>().filter(({ msg }) => msg.includes('TRUST_PROXY'));
    expect(warnings()).toEqual([]);
    for (let at = 0; at < 3; at += 1)
      await server.anonymous.with({ 'x-forwarded-for': '192.0.2.1' }).get('/health');
    await server.waitFor(() => warnings().length > 0);
    expect(warnings()).toEqual([expect.objectContaining({ level: 40, peer: '127.0.0.1' })]);
    await server.stop();

    server = await ServerProcess.start({ database: 'shared', env: { TRUST_PROXY: '127.0.0.1' } });
    await server.anonymous.with({ 'x-forwarded-for': '192.0.2.1' }).get('/health');
    await server.end();
    expect(warnings()).toEqual([]);
  });
});
