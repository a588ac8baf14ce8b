import { Global, Module } from '@nestjs/common';
import { Projects } from './projects.service.js';

/** The projects that there are. */
@Global()
@Module({ providers: [Projects], exports: [Projects] })
export class ProjectsModule {}
