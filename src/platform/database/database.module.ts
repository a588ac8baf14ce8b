import { Global, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { Config } from '../config/config.js';
import { connectionOptions } from './connection-options.js';
import { ConnectionSupervisor } from './connection-supervisor.service.js';
import { Database } from './database.service.js';
import { Indexes } from './indexes.service.js';
import { EmbeddedDatabase } from './embedded-database.service.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';

/** A first attempt that fails before anybody waits for it would otherwise end the process. */
const heard = (connection: Connection) => connection.on('error', () => undefined);

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
      useFactory: async (config: Config, embedded: EmbeddedDatabase) => {
        const uri = await embedded.uri();
        // The server starts while the database is down; ConnectionSupervisor keeps trying.
        return { uri, ...connectionOptions(uri, config), lazyConnection: true, connectionFactory: heard };
      },
    }),
  ],
  providers: [Database, ConnectionSupervisor, Indexes],
  exports: [Database, Indexes],
})
export class DatabaseModule {
  constructor(modules: ModuleRegistry, database: Database, config: Config) {
    modules.register({
      key: 'database',
      title: 'Database',
      driver: config.MONGODB_URI === undefined ? 'embedded' : 'mongodb',
      essential: true,
      probe: async () => {
        await database.ping();
        return 'healthy';
      },
    });
  }
}
