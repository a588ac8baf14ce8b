import { createRootLogger } from './root-logger.js';

describe('the root logger', () => {
  const logger = (LOG_LEVEL: string) => {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
    return { log: createRootLogger({ NODE_ENV: 'production', LOG_LEVEL }, { write }), lines };
  };

  it('writes JSON lines without secrets', () => {
    const { log, lines } = logger('info');
    log.child({ requestId: '1' }).info({ user: { password: 'hidden' } }, 'Hello');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 30,
        requestId: '1',
        user: { password: '[redacted]' },
        msg: 'Hello',
      }),
    ]);
  });

  it('writes errors in the short form, whoever logs them', () => {
    const { log, lines } = logger('info');
    const err = Object.assign(new Error('mongodb://u:hidden@db'), { document: 'hidden' });
    log.child({}).error({ err }, 'Failed');
    expect(lines).toHaveLength(1);
    expect(lines[0].err).toMatchObject({ type: 'Error', message: 'mongodb://[redacted]@db' });
    expect(JSON.stringify(lines)).not.toContain('hidden');
  });

  it('is as quiet as it is told to be', () => {
    const { log, lines } = logger('warn');
    log.info('no');
    log.warn('yes');
    expect(lines.map(({ msg }) => msg)).toEqual(['yes']);
  });
});
