import { Injectable } from '@nestjs/common';
import type { IdempotencyToken } from '../../../platform/http/idempotency/idempotency-token.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { CustomerDto, CustomerFieldsDto, PortalSessionDto } from '../dto/billing.dto.js';
import { textAt } from '../stripe/read.js';
import { assertOwn, callerMetadata, noSuch, withServerMetadata } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';

/** People who pay, and the page on which they look after what they pay. */
@Injectable()
export class Customers {
  constructor(
    private readonly stripe: StripeClient,
    private readonly context: ProjectContext,
  ) {}

  async create(body: CustomerFieldsDto, caller: Caller, token?: IdempotencyToken): Promise<CustomerDto> {
    const { metadata, ...fields } = body;
    const noted = withServerMetadata(metadata, { project: this.context.project, user: caller.user?.id });
    const customer = await this.stripe.call(
      (stripe, options) => stripe.customers.create({ ...fields, metadata: noted }, options),
      token,
    );
    return toDto(customer);
  }

  /** @throws CoglexError `not_found` */
  async get(id: string): Promise<CustomerDto> {
    return toDto(await this.own(id));
  }

  /** @throws CoglexError `not_found` */
  async update(id: string, body: CustomerFieldsDto, token?: IdempotencyToken): Promise<CustomerDto> {
    await this.own(id);
    const { metadata, ...fields } = body;
    const change = { ...fields, ...(metadata ? { metadata } : {}) };
    return toDto(
      await this.stripe.call((stripe, options) => stripe.customers.update(id, change, options), token),
    );
  }

  /** @throws CoglexError `not_found` */
  async portal(id: string, return_url: string): Promise<PortalSessionDto> {
    await this.own(id);
    const { url } = await this.stripe.call((stripe) =>
      stripe.billingPortal.sessions.create({ customer: id, return_url }),
    );
    return { url };
  }

  /** @throws CoglexError `not_found` for a customer of another project as well */
  async own(id: string): Promise<unknown> {
    if (!/^cus_\w+$/.test(id)) throw noSuch('customer');
    const customer = await this.stripe.call((stripe) => stripe.customers.retrieve(id));
    if ('deleted' in customer && customer.deleted) throw noSuch('customer');
    assertOwn(customer, this.context.project, 'customer');
    return customer;
  }
}

const toDto = (customer: unknown): CustomerDto => ({
  id: textAt(customer, 'id') ?? '',
  email: textAt(customer, 'email') ?? null,
  name: textAt(customer, 'name') ?? null,
  phone: textAt(customer, 'phone') ?? null,
  metadata: callerMetadata(customer) ?? {},
});
