import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Indexes } from '../../../platform/database/indexes.service.js';
import { ProjectBelongings } from '../../../platform/tenancy/project-belongings.service.js';
import type { StoredEndpoint } from './endpoint.js';

const ENDPOINTS = '_WEBHOOK_ENDPOINTS';

/** Endpoints of all projects: the worker that sends knows a message before it knows a project. */
@Injectable()
export class EndpointsRepository {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
    belongings: ProjectBelongings,
  ) {
    belongings.add(ENDPOINTS);
  }

  async insert(endpoint: StoredEndpoint): Promise<void> {
    await (await this.endpoints()).insertOne(endpoint);
  }

  async find(id: string, project?: string): Promise<StoredEndpoint | undefined> {
    const filter = { _id: id, ...(project === undefined ? {} : { project }) };
    return (await (await this.endpoints()).findOne(filter)) ?? undefined;
  }

  async list(project: string): Promise<StoredEndpoint[]> {
    return (await this.endpoints()).find({ project }, this.time).sort({ _inserted: 1 }).toArray();
  }

  /** Those that may want to hear of something. */
  async listening(project: string): Promise<StoredEndpoint[]> {
    return (await this.endpoints()).find({ project, enabled: true }, this.time).toArray();
  }

  async count(project: string): Promise<number> {
    return (await this.endpoints()).countDocuments({ project }, this.time);
  }

  /** @returns the endpoint as it is now, or `undefined` when there is none */
  async update(
    id: string,
    project: string,
    update: mongo.UpdateFilter<StoredEndpoint>,
  ): Promise<StoredEndpoint | undefined> {
    const options = { returnDocument: 'after' } as const;
    return (
      (await (await this.endpoints()).findOneAndUpdate({ _id: id, project }, update, options)) ?? undefined
    );
  }

  async delete(id: string, project: string): Promise<boolean> {
    return (await (await this.endpoints()).deleteOne({ _id: id, project })).deletedCount === 1;
  }

  /** The number of the next message in an endpoint's order. */
  async nextSequence(id: string): Promise<number> {
    const endpoint = await (
      await this.endpoints()
    ).findOneAndUpdate({ _id: id }, { $inc: { sequence: 1 } }, { returnDocument: 'after' });
    return endpoint?.sequence ?? 0;
  }

  async arrived(id: string): Promise<void> {
    await (await this.endpoints()).updateOne({ _id: id }, { $unset: { failing_since: '' } });
  }

  /** Notes that nothing arrives. @returns since when */
  async failing(id: string): Promise<Date> {
    const now = new Date();
    const endpoints = await this.endpoints();
    await endpoints.updateOne(
      { _id: id, failing_since: { $exists: false } },
      { $set: { failing_since: now } },
    );
    return (await endpoints.findOne({ _id: id }))?.failing_since ?? now;
  }

  /** @returns the endpoint when it was this call that disabled it */
  async disable(id: string, reason: string): Promise<StoredEndpoint | undefined> {
    const disabled = await (
      await this.endpoints()
    ).findOneAndUpdate(
      { _id: id, enabled: true },
      { $set: { enabled: false, disabled_reason: reason, _patched: new Date() } },
      { returnDocument: 'after' },
    );
    return disabled ?? undefined;
  }

  private get time(): { maxTimeMS: number } {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private endpoints(): Promise<mongo.Collection<StoredEndpoint>> {
    return this.indexes.ensure(this.database.system<StoredEndpoint>(ENDPOINTS), [
      { key: { project: 1, enabled: 1 } },
    ]);
  }
}
