import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageLimit } from '../../../platform/http/page.decorators.js';

const MAX_PAGE = 1000;

const TIME = { type: 'string', format: 'date-time', nullable: true } as const;
const ID = { example: '0f0e8b1c-6a58-4f0c-9d0e-5d5f6b8f0a11' };
const CAUSES = ['clock', 'queue', 'woken', 'operator'] as const;
const RESULTS = ['succeeded', 'failed', 'stopped', 'overrun', 'lost'] as const;

/** A run under way. */
export class JobRunDto {
  @ApiProperty(ID)
  id!: string;

  /** Why it runs: it is due, found out here (`clock`) or told by Redis (`queue`), there is work, or an operator wants it. */
  @ApiProperty({ enum: CAUSES, example: 'clock' })
  cause!: (typeof CAUSES)[number];

  /** Id of the instance; a new one at each start. */
  @ApiProperty(ID)
  instance!: string;

  @ApiProperty({ example: 'coglex-1' })
  host!: string;

  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  started_at!: Date;
}

/** A run that is over. */
export class PastJobRunDto extends JobRunDto {
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T10:00:02.000Z' })
  ended_at!: Date;

  @ApiProperty({ example: 2000 })
  duration_ms!: number;

  /**
   * `stopped`: the server ended meanwhile; `overrun`: it took too long; `lost`: its instance died, or could not reach the
   * database.
   */
  @ApiProperty({ enum: RESULTS, example: 'succeeded' })
  result!: (typeof RESULTS)[number];

  /** Code of the error; its text stands in the log of the instance. */
  @ApiProperty({ type: String, nullable: true, example: null })
  error!: string | null;
}

/** A background job. */
export class JobDto {
  @ApiProperty({ example: 'archive-sweep' })
  name!: string;

  /** Seconds between two runs; `null` for one with `cron`. */
  @ApiProperty({ type: Number, nullable: true, example: 60 })
  every!: number | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  cron!: string | null;

  /** Of `cron`. */
  @ApiProperty({ type: String, nullable: true, example: null })
  timezone!: string | null;

  /** Whether one instance at a time runs it; otherwise all do, for their own part. */
  @ApiProperty({ example: true })
  exclusive!: boolean;

  /** When it is due; `null` for one that is not exclusive, for each instance has its own time. */
  @ApiProperty({ ...TIME, example: '2026-11-21T10:01:00.000Z' })
  next_at!: Date | null;

  /** The run under way; of a job that is not exclusive, the one on the instance that answers. */
  @ApiProperty({ type: JobRunDto, nullable: true, example: null })
  running!: JobRunDto | null;

  @ApiProperty({ type: PastJobRunDto, nullable: true })
  last!: PastJobRunDto | null;

  /** End of the last run that succeeded. */
  @ApiProperty({ ...TIME, example: '2026-11-21T10:00:02.000Z' })
  succeeded_at!: Date | null;

  /** Runs of all instances, ever. */
  @ApiProperty({ example: 1200 })
  runs!: number;

  @ApiProperty({ example: 2 })
  failures!: number;

  /** Failures since the last success. */
  @ApiProperty({ example: 0 })
  failures_in_a_row!: number;
}

/** A job that was begun. */
export class TriggeredJobDto {
  @ApiProperty({ example: 'archive-sweep' })
  name!: string;

  /** Id of the instance that runs it. */
  @ApiProperty(ID)
  instance!: string;
}

/** Which schedules of functions are listed. */
export class ListSchedulesDto {
  @PageLimit(MAX_PAGE)
  limit: number = MAX_PAGE;

  /** `id` of the last one that is known already. */
  @ApiPropertyOptional({ example: 'default/nightly', maxLength: 1000 })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  after?: string;
}

/** A function that runs by itself. */
export class FunctionScheduleDto {
  @ApiProperty({ example: 'default/nightly' })
  id!: string;

  @ApiProperty({ example: 'default' })
  project!: string;

  @ApiProperty({ example: 'nightly' })
  function!: string;

  /** In UTC. */
  @ApiProperty({ type: [String], example: ['0 3 * * *'] })
  crons!: string[];

  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-22T03:00:00.000Z' })
  next_at!: Date;
}
