import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { EventMessage } from '../../../platform/events/event-map.js';
import { EventDepth } from '../runs/event-depth.service.js';
import { RunQueue } from '../runs/run-queue.service.js';
import { TriggerIndex } from './trigger-index.service.js';

/** What runs by itself, nobody has called. */
const NOBODY = { address: 'event' };

/** Has functions run when something has happened in their project. */
@Injectable()
export class EventTriggers {
  constructor(
    private readonly triggers: TriggerIndex,
    private readonly queue: RunQueue,
    private readonly depth: EventDepth,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EventTriggers.name);
  }

  @OnEvent('**')
  async hear(message: EventMessage): Promise<void> {
    const { id, type, timestamp, data } = message;
    // Functions that trigger each other would do so for ever.
    const depth = this.depth.current + 1;
    for (const name of await this.triggers.waitingFor(type)) {
      if (depth > this.config.EXECUTION_MAX_DEPTH) {
        this.logger.warn({ event: type, function: name }, 'Functions trigger each other; the chain is cut');
        continue;
      }
      try {
        await this.depth.run(depth, () =>
          this.queue.add({
            function: name,
            parameters: { event: { id, type, timestamp, data } },
            caller: NOBODY,
            cause: 'event',
            id: `event:${id}:${name}`,
          }),
        );
      } catch (error) {
        if (!(error instanceof CoglexError) || error.code !== 'too_many_requests') throw error;
        this.logger.warn({ event: type, function: name }, 'Too many runs wait; a triggered one is left out');
      }
    }
  }
}
