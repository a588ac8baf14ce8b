import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { configWarnings } from '../config/config-warnings.js';
import { Config } from '../config/config.js';

/** Says at the start which settings are not safe. */
@Injectable()
export class StartWarnings implements OnApplicationBootstrap {
  private readonly logger = new Logger(StartWarnings.name);

  constructor(private readonly config: Config) {}

  onApplicationBootstrap(): void {
    for (const { warning } of configWarnings(this.config)) this.logger.warn(warning);
  }
}
