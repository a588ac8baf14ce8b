import { Global, Module } from '@nestjs/common';
import { Bans } from './bans.service.js';
import { Credentials } from './credentials.service.js';
import { RateLimiter } from './rate-limiter.service.js';
import { RequestLimits } from './request-limits.service.js';
import { SharedWindows } from './shared-windows.service.js';
import { Windows } from './windows.service.js';

/** Who is heard, and who is not: see {@link RateLimiter} and {@link Bans}. */
@Global()
@Module({
  providers: [Bans, Credentials, RateLimiter, RequestLimits, SharedWindows, Windows],
  exports: [Bans, RateLimiter, RequestLimits],
})
export class LimitsModule {}
