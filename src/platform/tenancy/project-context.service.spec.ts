import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_PROJECT, ProjectContext } from './project-context.service.js';

describe('ProjectContext', () => {
  const context = new ProjectContext();

  it('is the default project outside of everything', () => {
    expect(context.project).toBe(DEFAULT_PROJECT);
  });

  it('follows work through what it awaits, and ends with it', async () => {
    const seen = await context.run('moon', async () => {
      await sleep(1);
      return context.project;
    });
    expect(seen).toBe('moon');
    expect(context.project).toBe(DEFAULT_PROJECT);
  });

  it('keeps pieces of work that run at once apart', async () => {
    const work = async () => {
      const before = context.project;
      await sleep(1);
      return [before, context.project];
    };
    const both = await Promise.all([context.run('moon', work), context.run('mars', work)]);
    expect(both).toEqual([
      ['moon', 'moon'],
      ['mars', 'mars'],
    ]);
  });

  it('is chosen within a request, for all that follows', async () => {
    await context.run('moon', async () => {
      await (async () => {
        await sleep(1);
        context.choose('mars');
      })();
      expect(context.project).toBe('mars');
    });
  });

  it('cannot be chosen outside of one', () => {
    expect(() => context.choose('mars')).toThrow('within a request');
  });
});
