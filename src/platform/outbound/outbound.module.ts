import { Global, Module } from '@nestjs/common';
import { OutboundPolicy } from './outbound-policy.service.js';
import { Outbound } from './outbound.service.js';

/** Requests to addresses that callers give: see {@link Outbound}. */
@Global()
@Module({ providers: [Outbound, OutboundPolicy], exports: [Outbound, OutboundPolicy] })
export class OutboundModule {}
