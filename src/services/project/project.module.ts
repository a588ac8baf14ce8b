import { Module } from '@nestjs/common';
import { ProjectPurge } from './project-purge.service.js';
import { ProjectUsage } from './project-usage.service.js';
import { ProjectController } from './project.controller.js';
import { ProjectsRepository } from './projects.repository.js';
import { ProjectsService } from './projects.service.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

/** Projects: `/service/project/v1`. Others ask `Projects` of the platform. */
@Module({
  controllers: [ProjectController],
  providers: [ProjectsService, ProjectsRepository, ProjectUsage, ProjectPurge],
})
export class ProjectModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'project', title: 'Projects', needs: ['database', 'jobs'] });
  }
}
