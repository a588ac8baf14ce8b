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
});
