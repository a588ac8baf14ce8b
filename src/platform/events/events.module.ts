import { Global, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { Events } from './events.service.js';

/** Events between services, on the event emitter: see {@link Events}. */
@Global()
@Module({
  imports: [EventEmitterModule.forRoot({ wildcard: true, delimiter: '.', maxListeners: 0 })],
  providers: [Events],
  exports: [Events],
})
export class EventsModule {}
