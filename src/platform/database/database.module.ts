import { Global, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { Config } from '../config/config.js';
import { ConnectionSupervisor } from './connection-supervisor.service.js';
import { Database } from './database.service.js';
import { EmbeddedDatabase } from './embedded-database.service.js';

/** Longest wait for a server before a request is answered with 503; with the answer itself under 2 s. */
const SERVER_SELECTION_MS = 1500;

@Module({ providers: [EmbeddedDatabase], exports: [EmbeddedDatabase] })
class EngineModule {}

/** The database behind mongoose: a MongoDB server, or the embedded engine. */
@Global()
@Module({
  imports: [
    EngineModule,
    MongooseModule.forRootAsync({
      imports: [EngineModule],
      inject: [Config, EmbeddedDatabase],
      useFactory: async (config: Config, embedded: EmbeddedDatabase) => ({
        uri: await embedded.uri(),
        dbName: config.MONGODB_DATABASE,
        // The server starts while the database is down; ConnectionSupervisor keeps trying.
        lazyConnection: true,
        bufferCommands: false,
        maxPoolSize: config.MONGODB_POOL_SIZE,
        serverSelectionTimeoutMS: SERVER_SELECTION_MS,
        connectTimeoutMS: SERVER_SELECTION_MS,
        waitQueueTimeoutMS: config.MONGODB_MAX_TIME_MS,
        socketTimeoutMS: config.MONGODB_MAX_TIME_MS + 5000,
        appName: 'coglex',
      }),
    }),
  ],
  providers: [Database, ConnectionSupervisor],
  exports: [Database],
})
export class DatabaseModule {}
