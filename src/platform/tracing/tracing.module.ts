import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import mongoose, { type Connection, type mongo } from 'mongoose';
import { traceCommands } from './database-tracing.js';
import { isTracing } from './tracing-state.js';

const END = Symbol('end-of-traces');

/** Sends what is left, and ends the traces. */
export type EndTraces = () => Promise<void>;

/** Traces by OpenTelemetry. Nothing of it is loaded while no collector is named. */
@Module({})
export class TracingModule implements OnApplicationShutdown {
  private watched?: mongo.MongoClient;

  /** @param end of the traces that have been started; `undefined` where there are none */
  static forRoot(end?: EndTraces): DynamicModule {
    return { module: TracingModule, providers: [{ provide: END, useValue: end }] };
  }

  constructor(
    @InjectConnection() private readonly connection: Connection,
    @Inject(END) private readonly end?: EndTraces,
  ) {
    if (!isTracing()) return;
    if (connection.readyState === mongoose.STATES.connected) this.watch();
    connection.on('connected', () => this.watch());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end?.();
  }

  private watch(): void {
    const client = this.connection.getClient();
    if (this.watched === client) return;
    this.watched = client;
    traceCommands(client);
  }
}
