import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentKey, type KeyClaims } from '../../platform/security/caller.js';
import { ChangeProjectDto, CreateProjectDto, DeleteProjectDto } from './dto/change-project.dto.js';
import { ProjectDto, ProjectUsageDto } from './dto/project.dto.js';
import { ProjectUsage } from './project-usage.service.js';
import { ProjectsService } from './projects.service.js';

const ApiProjectId = () => ApiParam({ name: 'id', example: '65f0c1d2e3a4b5c6d7e8f901' });

/** What concerns several projects is for `SERVER_SECRET` alone. */
const RootOnly = () => Access({ user: 'none', root: true });

/** `/service/project/v1`: the projects of the installation. */
@ApiTags('projects')
@Controller('service/project/v1')
@Access({ user: 'none' })
export class ProjectController {
  constructor(
    private readonly projects: ProjectsService,
    private readonly usage: ProjectUsage,
  ) {}

  @Post()
  @RootOnly()
  @ApiOperation({ operationId: 'createProject', summary: 'Make a project' })
  @ApiCreatedResponse({ description: 'The project', type: ProjectDto })
  @ApiProblems('validation_failed', 'conflict', 'database_unavailable')
  create(@Body() body: CreateProjectDto): Promise<ProjectDto> {
    return this.projects.create(body);
  }

  @Get()
  @ApiOperation({
    operationId: 'listProjects',
    summary: 'List the projects',
    description:
      'For the root key all of them, those in their time of grace included; for any other its own.',
  })
  @ApiOkResponse({ description: 'The projects', type: [ProjectDto] })
  @ApiProblems('database_unavailable')
  list(@CurrentKey() asker: KeyClaims): Promise<ProjectDto[]> {
    return this.projects.list(asker);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getProject', summary: 'Get a project' })
  @ApiProjectId()
  @ApiOkResponse({ description: 'The project', type: ProjectDto })
  @ApiProblems('not_found', 'database_unavailable')
  get(@Param('id') id: string, @CurrentKey() asker: KeyClaims): Promise<ProjectDto> {
    return this.projects.get(asker, id);
  }

  @Get(':id/usage')
  @ApiOperation({ operationId: 'getProjectUsage', summary: 'Measure what a project keeps' })
  @ApiProjectId()
  @ApiOkResponse({ description: 'What it keeps', type: ProjectUsageDto })
  @ApiProblems('not_found', 'database_unavailable')
  async measure(@Param('id') id: string, @CurrentKey() asker: KeyClaims): Promise<ProjectUsageDto> {
    const project = await this.projects.get(asker, id);
    return this.usage.of(project.id);
  }

  @Patch(':id')
  @RootOnly()
  @ApiOperation({
    operationId: 'updateProject',
    summary: 'Rename, freeze or thaw a project, or give it quotas',
    description: 'All routes of a frozen project answer 423, on every server within a second.',
  })
  @ApiProjectId()
  @ApiOkResponse({ description: 'The project as it is now', type: ProjectDto })
  @ApiProblems('validation_failed', 'not_found', 'conflict', 'database_unavailable')
  change(@Param('id') id: string, @Body() body: ChangeProjectDto): Promise<ProjectDto> {
    return this.projects.change(id, body);
  }

  @Delete(':id')
  @RootOnly()
  @ApiOperation({
    operationId: 'deleteProject',
    summary: 'Delete a project',
    description:
      'Its keys and tokens are refused at once. Until `purge_at` it can be restored; then its database is dropped.',
  })
  @ApiProjectId()
  @ApiOkResponse({ description: 'The project, and until when it can be restored', type: ProjectDto })
  @ApiProblems('validation_failed', 'not_found', 'conflict', 'database_unavailable')
  delete(@Param('id') id: string, @Body() { confirm }: DeleteProjectDto): Promise<ProjectDto> {
    return this.projects.delete(id, confirm);
  }

  @Post(':id/restore')
  @RootOnly()
  @HttpCode(200)
  @ApiOperation({ operationId: 'restoreProject', summary: 'Restore a deleted project' })
  @ApiProjectId()
  @ApiBody({ required: false, schema: { type: 'object' }, description: 'Nothing' })
  @ApiOkResponse({ description: 'The project as it was', type: ProjectDto })
  @ApiProblems('not_found', 'gone', 'database_unavailable')
  restore(@Param('id') id: string): Promise<ProjectDto> {
    return this.projects.restore(id);
  }
}
