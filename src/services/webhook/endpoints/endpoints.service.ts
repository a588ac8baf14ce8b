import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Audit } from '../../../platform/audit/audit.service.js';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { OutboundPolicy } from '../../../platform/outbound/outbound-policy.service.js';
import { SealedBox } from '../../../platform/security/sealed-box.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { CreateEndpointDto, UpdateEndpointDto } from '../dto/endpoint.dto.js';
import { Deliveries } from '../outbox/deliveries.repository.js';
import {
  SECRET_PURPOSE,
  toEndpoint,
  type Endpoint,
  type EndpointSecret,
  type StoredEndpoint,
} from './endpoint.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { MessageFilters } from './message-filters.service.js';

/** How long a secret that was replaced still signs, in milliseconds. */
const OVERLAP_MS = 24 * 3_600_000;
/** Most secrets that sign at once: every one makes the header longer. */
const MAX_SECRETS = 3;

/** Who is told of events of the current project. */
@Injectable()
export class Endpoints {
  constructor(
    private readonly repository: EndpointsRepository,
    private readonly deliveries: Deliveries,
    private readonly filters: MessageFilters,
    private readonly policy: OutboundPolicy,
    private readonly box: SealedBox,
    private readonly context: ProjectContext,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  /** @returns the endpoint with its secret, which is shown this once */
  async create(body: CreateEndpointDto): Promise<Endpoint & { secret: string }> {
    const { project } = this.context;
    const { url, types, filter, ordered = false, description } = body;
    this.policy.checkUrl(url, '/url');
    if (filter !== undefined) this.filters.check(filter);
    if ((await this.repository.count(project)) >= this.config.WEBHOOK_MAX_ENDPOINTS)
      throw new CoglexError('unprocessable', {
        detail: `A project may have ${this.config.WEBHOOK_MAX_ENDPOINTS} webhook endpoints.`,
      });
    const secret = newSecret();
    const endpoint: StoredEndpoint = {
      _id: new mongo.ObjectId().toHexString(),
      project,
      url,
      types,
      ...(filter === undefined ? {} : { filter: JSON.stringify(filter) }),
      ordered,
      ...(description === undefined ? {} : { description }),
      enabled: true,
      secrets: [this.sealed(secret)],
      sequence: 0,
      _inserted: new Date(),
    };
    await this.repository.insert(endpoint);
    await this.tell('created', endpoint._id, { after: toEndpoint(endpoint) });
    return { ...toEndpoint(endpoint), secret };
  }

  async list(): Promise<Endpoint[]> {
    return (await this.repository.list(this.context.project)).map(toEndpoint);
  }

  /** @throws CoglexError `not_found` */
  async get(id: string): Promise<Endpoint> {
    return toEndpoint(await this.stored(id));
  }

  /** @throws CoglexError `not_found` */
  async stored(id: string): Promise<StoredEndpoint> {
    return (await this.repository.find(id, this.context.project)) ?? noSuchEndpoint();
  }

  /** @throws CoglexError `not_found`, `url_refused`, `query_refused` */
  async update(id: string, { filter, ...body }: UpdateEndpointDto): Promise<Endpoint> {
    if (body.url !== undefined) this.policy.checkUrl(body.url, '/url');
    if (filter) this.filters.check(filter);
    const before = await this.get(id);
    const said = Object.entries(body).filter(([, value]) => value !== undefined);
    const endpoint = await this.repository.update(id, this.context.project, {
      $set: {
        ...Object.fromEntries(said),
        ...(filter ? { filter: JSON.stringify(filter) } : {}),
        _patched: new Date(),
      },
      $unset: {
        ...(filter === null ? { filter: '' } : {}),
        // Whoever enables it again starts with a clean sheet.
        ...(body.enabled ? { disabled_reason: '', failing_since: '' } : {}),
      },
    });
    const after = toEndpoint(endpoint ?? noSuchEndpoint());
    await this.tell('updated', id, { before, after });
    return after;
  }

  /** @throws CoglexError `not_found` */
  async delete(id: string): Promise<void> {
    const before = await this.get(id);
    if (!(await this.repository.delete(id, this.context.project))) noSuchEndpoint();
    await this.deliveries.deleteOf(id);
    await this.tell('deleted', id, { before });
  }

  /** Replaces the secret; the old one signs along for a day. @throws CoglexError `not_found` */
  async rotate(id: string): Promise<{ secret: string; previous_until: Date }> {
    const { secrets } = await this.stored(id);
    const now = Date.now();
    const until = new Date(now + OVERLAP_MS);
    const secret = newSecret();
    const kept = secrets
      .filter((old) => !old.until || old.until.getTime() > now)
      .map((old) => ({ ...old, until: old.until ?? until }))
      .slice(0, MAX_SECRETS - 1);
    const rotated = await this.repository.update(id, this.context.project, {
      $set: { secrets: [this.sealed(secret), ...kept], _patched: new Date() },
    });
    if (!rotated) noSuchEndpoint();
    await this.tell('secret_rotated', id);
    return { secret, previous_until: until };
  }

  private tell(how: string, id: string, change: { before?: Endpoint; after?: Endpoint } = {}): Promise<void> {
    return this.audit.record(`webhook_endpoint.${how}`, { on: { type: 'webhook_endpoint', id }, ...change });
  }

  private sealed(secret: string): EndpointSecret {
    return { sealed: this.box.seal(SECRET_PURPOSE, secret) };
  }
}

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

function noSuchEndpoint(): never {
  throw new CoglexError('not_found', { detail: 'There is no such webhook endpoint.' });
}
