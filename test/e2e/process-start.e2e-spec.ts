import { ServerProcess } from '../support/server-process.js';

describe('the process', () => {
  let server: ServerProcess;

  afterEach(() => server.stop());

  it('serves until SIGTERM, then exits with 0', async () => {
    server = await ServerProcess.start({ database: 'shared' });
    expect((await server.anonymous.get('/health/live')).status).toBe(200);
    expect(await server.end()).toEqual({ code: 0, signal: null });
  });

  it('starts again in the same directory after kill -9', async () => {
    server = await ServerProcess.start({ database: 'shared' });
    const { dataDirectory } = server;
    expect(await server.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    await server.startAgain();
    expect(server.dataDirectory).toBe(dataDirectory);
    expect((await server.anonymous.get('/health/ready')).status).toBe(200);
  });
});
