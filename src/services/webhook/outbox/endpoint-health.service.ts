import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../../platform/config/config.js';
import { Events } from '../../../platform/events/events.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { StoredEndpoint } from '../endpoints/endpoint.js';
import { EndpointsRepository } from '../endpoints/endpoints.repository.js';

/** An endpoint that was disabled because nothing arrives there. */
export interface DisabledEndpoint {
  id: string;
  url: string;
  reason: string;
}

declare module '../../../platform/events/event-map.js' {
  interface EventMap {
    'webhook.disabled': DisabledEndpoint;
  }
}

/** Gives an endpoint up that has not answered for a long time, and says so. */
@Injectable()
export class EndpointHealth {
  constructor(
    private readonly endpoints: EndpointsRepository,
    private readonly events: Events,
    private readonly context: ProjectContext,
    private readonly logger: PinoLogger,
    private readonly config: Config,
  ) {
    logger.setContext(EndpointHealth.name);
  }

  async arrived({ _id, failing_since }: StoredEndpoint): Promise<void> {
    if (failing_since) await this.endpoints.arrived(_id);
  }

  /** @param gone the endpoint itself says that it wants no more */
  async failed({ _id }: StoredEndpoint, gone: boolean): Promise<void> {
    const since = await this.endpoints.failing(_id);
    const patience = this.config.WEBHOOK_DISABLE_AFTER * 1000;
    if (gone) await this.disable(_id, 'The endpoint answered 410: it is gone.');
    else if (Date.now() - since.getTime() > patience)
      await this.disable(_id, `Nothing has arrived since ${since.toISOString()}.`);
  }

  private async disable(id: string, reason: string): Promise<void> {
    const endpoint = await this.endpoints.disable(id, reason);
    if (!endpoint) return;
    const { url, project } = endpoint;
    this.logger.warn({ endpoint: id, project, reason }, 'A webhook endpoint was disabled');
    await this.context.run(project, () => this.events.publish('webhook.disabled', { id, url, reason }));
  }
}
