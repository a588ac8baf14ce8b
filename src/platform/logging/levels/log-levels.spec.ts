import { pino } from 'pino';
import { LogLevels } from './log-levels.js';

describe('levels by context', () => {
  const make = (level: string) => {
    const levels = new LogLevels();
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
    const log = pino({ level, hooks: { logMethod: levels.hook() } }, stream);
    levels.attach(log);
    return { levels, lines, log };
  };
  const speak = (log: pino.Logger) => {
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) {
      log[level]({ context: 'Loud' }, `loud ${level}`);
      log[level]({ context: 'Other' }, `other ${level}`);
      log[level](level);
    }
  };

  it('are those of the settings while nobody has set any', () => {
    const { lines, log } = make('warn');
    speak(log);
    expect(lines).toEqual(['loud warn', 'other warn', 'warn', 'loud error', 'other error', 'error']);
  });

  it('make one louder and another quieter, and leave the rest', () => {
    const { levels, lines, log } = make('warn');
    levels.set(
      new Map([
        ['Loud', 'debug'],
        ['Other', 'silent'],
      ]),
    );
    speak(log);
    expect(lines).toEqual(['loud debug', 'loud info', 'loud warn', 'warn', 'loud error', 'error']);
  });

  it('can change for everything else, and go back', () => {
    const { levels, lines, log } = make('warn');
    levels.set(new Map([['Loud', 'error']]), 'info');
    speak(log);
    expect(lines.splice(0)).toEqual([
      'other info',
      'info',
      'other warn',
      'warn',
      'loud error',
      'other error',
      'error',
    ]);
    levels.set(new Map());
    expect(log.level).toBe('warn');
    speak(log);
    expect(lines).toHaveLength(6);
  });

  it('reach also a logger that was derived before', () => {
    const { levels, lines, log } = make('warn');
    const child = log.child({});
    levels.attach(child);
    levels.set(new Map([['Loud', 'trace']]));
    child.trace({ context: 'Loud' }, 'loud');
    child.trace({ context: 'Other' }, 'other');
    expect(lines).toEqual(['loud']);
    levels.set(new Map());
    child.debug({ context: 'Loud' }, 'late');
    expect(lines).toEqual(['loud']);
  });
});
