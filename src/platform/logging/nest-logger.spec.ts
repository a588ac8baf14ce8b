import { NestLogger } from './nest-logger.js';
import { createRootLogger } from './root-logger.js';

describe('NestLogger', () => {
  const lines: { level: number; context?: string; msg: string }[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as (typeof lines)[0]);
  const logger = new NestLogger(createRootLogger({ NODE_ENV: 'production', LOG_LEVEL: 'debug' }, { write }));

  it.each(['InstanceLoader', 'RoutesResolver', 'RouterExplorer'])(
    'lowers what %s says at each start',
    (context) => {
      logger.log('chatter', context);
      expect(lines.at(-1)).toMatchObject({ level: 20, context, msg: 'chatter' });
    },
  );

  it('leaves alone what others say, and how loud', () => {
    logger.log('hello', 'NestApplication');
    logger.log('without a context');
    logger.error('broken', 'RouterExplorer');
    expect(lines.slice(-3).map(({ level, msg }) => [level, msg])).toEqual([
      [30, 'hello'],
      [30, 'without a context'],
      [50, 'broken'],
    ]);
  });
});
