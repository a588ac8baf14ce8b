import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Declarations } from '../../platform/security/rules/declarations.service.js';
import { openWrites } from './open-writes.js';

/** Says at the start which collections anybody may write who has a key: a publishable one is known to everybody. */
@Injectable()
export class OpenWriteWarnings implements OnApplicationBootstrap {
  constructor(
    private readonly declarations: Declarations,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(OpenWriteWarnings.name);
  }

  /** Not waited for: the server also starts while its database is down, and then cannot know. */
  onApplicationBootstrap(): void {
    this.warn().catch((error: unknown) => {
      this.logger.debug({ err: error }, 'It could not be seen whether rules let anybody write');
    });
  }

  private async warn(): Promise<void> {
    for (const { collection, declaration } of await this.declarations.list())
      for (const action of openWrites(declaration))
        this.logger.warn({ collection, action }, 'A rule lets anybody with a key write');
  }
}
