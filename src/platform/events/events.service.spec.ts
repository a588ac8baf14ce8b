import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Test } from '@nestjs/testing';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { TenancyModule } from '../tenancy/tenancy.module.js';
import type { EventMessage } from './event-map.js';
import { EventsModule } from './events.module.js';
import { Events } from './events.service.js';

declare module './event-map.js' {
  interface EventMap {
    'probe.happened': { n: number };
  }
}

@Injectable()
class Listener {
  readonly heard: EventMessage[] = [];
  readonly projects: string[] = [];

  constructor(private readonly context: ProjectContext) {}

  @OnEvent('probe.happened')
  fails(): void {
    throw new Error('a listener of no use');
  }

  @OnEvent('probe.*')
  async hear(message: EventMessage): Promise<void> {
    await Promise.resolve();
    this.projects.push(this.context.project);
    this.heard.push(message);
  }
}

describe('Events', () => {
  const start = async () => {
    const module = await Test.createTestingModule({
      imports: [TenancyModule, EventsModule],
      providers: [Listener],
    }).compile();
    module.useLogger(false);
    await module.init();
    return module;
  };

  it('tells listeners what happened, when and in which project, though another one throws', async () => {
    const module = await start();
    const listener = module.get(Listener);
    await module
      .get(ProjectContext)
      .run('moon', () => module.get(Events).publish('probe.happened', { n: 1 }));
    await new Promise(setImmediate);
    expect(listener.heard).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        type: 'probe.happened',
        timestamp: expect.any(Date) as Date,
        project: 'moon',
        data: { n: 1 },
      },
    ]);
    expect(listener.projects).toEqual(['moon']);
    await module.close();
  });

  it('waits for sinks, before listeners hear of it', async () => {
    const module = await start();
    const events = module.get(Events);
    const stored: string[] = [];
    events.addSink(async ({ id }) => {
      await new Promise(setImmediate);
      expect(module.get(Listener).heard).toEqual([]);
      stored.push(id);
    });
    await events.publish('probe.happened', { n: 1 }, { id: 'one' });
    expect(stored).toEqual(['one']);
    await module.close();
  });

  it('fails when a sink does, and tells nobody', async () => {
    const module = await start();
    const events = module.get(Events);
    events.addSink(() => Promise.reject(new Error('full')));
    await expect(events.publish('probe.happened', { n: 1 })).rejects.toThrow('full');
    await new Promise(setImmediate);
    expect(module.get(Listener).heard).toEqual([]);
    await module.close();
  });
});
