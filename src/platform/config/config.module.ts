import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ConfigChanges } from './config-changes.js';
import { ConfigSources } from './config-sources.js';
import { Config } from './config.js';

/** Makes the one {@link Config} injectable everywhere, and {@link ConfigChanges} for those who keep what they make of it. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(sources: ConfigSources): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: Config, useValue: sources.config },
        { provide: ConfigChanges, useValue: sources.live.changes },
        { provide: ConfigSources, useValue: sources },
      ],
      exports: [Config, ConfigChanges, ConfigSources],
    };
  }
}
