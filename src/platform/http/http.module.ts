import { Module } from '@nestjs/common';
import { GracefulShutdown } from './graceful-shutdown.service.js';

/** What belongs to the HTTP server itself. */
@Module({ providers: [GracefulShutdown], exports: [GracefulShutdown] })
export class HttpModule {}
