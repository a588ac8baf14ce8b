import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { MessageOf } from '../../platform/events/event-map.js';
import type {} from '../project/index.js';
import { Endpoints } from './endpoints/endpoints.service.js';
import { ProjectContext } from '../../platform/tenancy/project-context.service.js';

/** Takes the endpoints of a project away with it. */
@Injectable()
export class ProjectWebhooks {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly context: ProjectContext,
  ) {}

  @OnEvent('project.deleted')
  async remove({ data }: MessageOf<'project.deleted'>): Promise<void> {
    await this.context.run(data.id, async () => {
      for (const { _id } of await this.endpoints.list()) await this.endpoints.delete(_id);
    });
  }
}
