import { ServerProcess } from '../support/server-process.js';

interface Line {
  level: number;
  msg: string;
  context?: string;
  req?: { method: string; path: string };
  res?: { status: number };
}

describe('the log of the process', () => {
  let server: ServerProcess;

  afterEach(() => server.stop());

  it('is JSON in production: one line a request, and not a word of every route', async () => {
    server = await ServerProcess.start({ database: 'shared' });
    const { client, secret } = server;
    await client.get('/service/storage/v1/things?limit=1');
    await client.get('/no/such?token=hidden');
    await client.post('/service/auth/v1/signin', { _key: 'ada', _password: 'hidden' });
    expect((await server.end()).code).toBe(0);

    const lines = server.logLines<Line>();
    expect(
      lines.flatMap(({ req, res }) => (req ? [`${req.method} ${req.path} ${res?.status}`] : [])),
    ).toEqual(['GET /service/storage/v1/things 200', 'GET /no/such 404', 'POST /service/auth/v1/signin 401']);
    expect(lines.map(({ msg }) => msg)).toContain(`Listening on ${server.url}`);
    expect(lines.map(({ context }) => context)).not.toContain('RouterExplorer');
    expect(lines.map(({ context }) => context)).not.toContain('InstanceLoader');
    expect(lines.filter(({ level }) => level !== 30)).toEqual([]);
    expect(server.stderr).toBe('');
    expect(server.stdout).not.toMatch(new RegExp(`hidden|${secret}`));
  });

  it('has a line of every route when one asks for it', async () => {
    server = await ServerProcess.start({ database: 'shared', env: { LOG_LEVEL: 'debug' } });
    const mapped = server.logLines<Line>().filter(({ context }) => context === 'RouterExplorer');
    expect(mapped.map(({ msg }) => msg)).toContain('Mapped {/health/live, GET} route');
    expect(mapped.every(({ level }) => level === 20)).toBe(true);
  });

  it('is made for people in development', async () => {
    server = await ServerProcess.start({ database: 'shared', env: { NODE_ENV: 'development' } });
    await server.anonymous.get('/no/such?token=hidden');
    await server.waitFor(() => server.stdout.includes('GET /no/such 404'));
    expect(() => server.logLines()).toThrow(SyntaxError);
    expect(server.stdout).not.toContain('hidden');
    expect((await server.end()).code).toBe(0);
  });

  it('says where the database is not, without its password', async () => {
    const MONGODB_URI = 'mongodb://user:hidden@127.0.0.1:1/';
    server = await ServerProcess.start({ env: { MONGODB_URI }, until: 'listening' });
    expect((await server.client.get('/service/storage/v1/things')).status).toBe(503);
    expect((await server.end()).code).toBe(0);
    const warnings = server.logLines<Line>().filter(({ level }) => level === 40);
    expect(warnings.map(({ msg }) => msg)).toContain(
      'The database is not reachable yet; trying again in the background',
    );
    expect(server.stdout).not.toContain('hidden');
  });
});
