import { Global, Module } from '@nestjs/common';
import { ProjectBelongings } from './project-belongings.service.js';
import { Projects } from './projects.service.js';

/** The projects that there are, and what belongs to them. */
@Global()
@Module({ providers: [Projects, ProjectBelongings], exports: [Projects, ProjectBelongings] })
export class ProjectsModule {}
