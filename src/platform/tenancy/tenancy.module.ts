import { Global, Module } from '@nestjs/common';
import { ProjectContext } from './project-context.service.js';

/** For which project work is done. */
@Global()
@Module({ providers: [ProjectContext], exports: [ProjectContext] })
export class TenancyModule {}
