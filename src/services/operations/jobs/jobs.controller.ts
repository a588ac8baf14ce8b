import { Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Audit } from '../../../platform/audit/audit.service.js';
import { Idempotent } from '../../../platform/http/idempotency/idempotent.decorator.js';
import { Instance } from '../../../platform/jobs/instance.js';
import type { CurrentRun, PastRun } from '../../../platform/jobs/job.js';
import { JobBoard, type JobState } from '../../../platform/jobs/job-board.service.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../../platform/security/caller.js';
import { Schedules } from '../../execution/index.js';
import {
  FunctionScheduleDto,
  JobDto,
  ListSchedulesDto,
  TriggeredJobDto,
  type JobRunDto,
  type PastJobRunDto,
} from './job.dto.js';

/** `/service/operations/v1/jobs`: what runs in the background. */
@ApiTags('operations')
@Controller('service/operations/v1/jobs')
@Access({ user: 'none', root: true })
export class JobsController {
  constructor(
    private readonly jobs: Jobs,
    private readonly board: JobBoard,
    private readonly instance: Instance,
    private readonly audit: Audit,
    private readonly schedules: Schedules,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listJobs',
    summary: 'List the background jobs',
    description:
      'With their schedules and their last runs, by their names. What runs on every instance is counted every 15 seconds.',
  })
  @ApiOkResponse({ description: 'The jobs', type: [JobDto] })
  @ApiProblems('database_unavailable')
  async list(): Promise<JobDto[]> {
    return (await this.board.all()).map(jobOf);
  }

  @Get('schedules')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listFunctionSchedules',
    summary: 'List the functions that run by themselves',
    description: 'Of all projects. The job `execution-schedules` has them run when they are due.',
  })
  @ApiOkResponse({ description: 'The schedules', type: [FunctionScheduleDto] })
  @ApiProblems('validation_failed', 'database_unavailable')
  async functions(@Query() { limit, after }: ListSchedulesDto): Promise<FunctionScheduleDto[]> {
    return (await this.schedules.list(limit, after)).map(({ _id, project, function: name, crons, next }) => ({
      id: _id,
      project,
      function: name,
      crons,
      next_at: next,
    }));
  }

  @Post(':name/run')
  @HttpCode(202)
  @Idempotent()
  @ApiOperation({
    operationId: 'runJob',
    summary: 'Run a job now',
    description:
      'The answer does not wait for its end: see `last` in the list. Its schedule goes on from this run. A job that runs on every instance is run on all of them.',
  })
  @ApiParam({ name: 'name', example: 'archive-sweep' })
  @ApiAcceptedResponse({ description: 'It runs', type: TriggeredJobDto })
  @ApiProblems('not_found', 'job_running', 'database_unavailable')
  async run(@Param('name') name: string, @CurrentCaller() caller: Caller): Promise<TriggeredJobDto> {
    await this.jobs.trigger(name);
    await this.audit.record('job.triggered', { caller, on: { type: 'job', id: name } });
    return { name, instance: this.instance.place.instance };
  }
}

function jobOf({ job, stored, running, next }: JobState): JobDto {
  const { name, everyMs, cron = null, timezone = 'UTC', exclusive = true } = job;
  return {
    name,
    every: everyMs === undefined ? null : everyMs / 1000,
    cron,
    timezone: cron === null ? null : timezone,
    exclusive,
    next_at: next ?? null,
    running: running ? runOf(running) : null,
    last: stored?.last ? pastOf(stored.last) : null,
    succeeded_at: stored?.succeeded ?? null,
    runs: stored?.runs ?? 0,
    failures: stored?.failures ?? 0,
    failures_in_a_row: stored?.streak ?? 0,
  };
}

const runOf = ({ id, cause, instance, host, started }: CurrentRun): JobRunDto => ({
  id,
  cause,
  instance,
  host,
  started_at: started,
});

const pastOf = (run: PastRun): PastJobRunDto => ({
  ...runOf(run),
  ended_at: run.ended,
  duration_ms: run.ended.getTime() - run.started.getTime(),
  result: run.result,
  error: run.error ?? null,
});
