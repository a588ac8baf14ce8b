import { Global, Module } from '@nestjs/common';
import { ExternalCalls } from './external-calls.service.js';
import { OutboundPolicy } from './outbound-policy.service.js';
import { Outbound } from './outbound.service.js';

/** Requests to addresses that callers give: see {@link Outbound}; calls of systems that settings name: {@link ExternalCalls}. */
@Global()
@Module({
  providers: [ExternalCalls, Outbound, OutboundPolicy],
  exports: [ExternalCalls, Outbound, OutboundPolicy],
})
export class OutboundModule {}
