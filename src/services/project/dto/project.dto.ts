import { ApiProperty } from '@nestjs/swagger';

const TIME = { type: 'string', format: 'date-time', nullable: true, example: null } as const;
const LIMIT = { type: 'integer', nullable: true } as const;

/** How much a project may keep; `null` is without a limit of its own. */
export class ProjectQuotasDto {
  /** Bytes of all files together. */
  @ApiProperty({ ...LIMIT, example: 10_737_418_240 })
  bytes!: number | null;

  /** Number of files. */
  @ApiProperty({ ...LIMIT, example: 100_000 })
  files!: number | null;

  /** Bytes of one file. */
  @ApiProperty({ ...LIMIT, example: null })
  upload!: number | null;
}

/** A project. */
export class ProjectDto {
  /** 24 hex digits; `default` for the project that is always there. */
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  id!: string;

  @ApiProperty({ example: 'Shop' })
  name!: string;

  /** Whether all its routes answer 423. */
  @ApiProperty({ type: Boolean, example: false })
  frozen!: boolean;

  @ApiProperty({ type: ProjectQuotasDto })
  quotas!: ProjectQuotasDto;

  /** ISO 8601; `null` for the default project. */
  @ApiProperty({ ...TIME, example: '2026-11-21T10:00:00.000Z' })
  created_at!: Date | null;

  /** When it was deleted, if it was. */
  @ApiProperty(TIME)
  deleted_at!: Date | null;

  /** Until when it can be restored, if it was deleted. */
  @ApiProperty(TIME)
  purge_at!: Date | null;
}

/** What a project keeps. */
export class ProjectUsageDto {
  /** Documents of the application; what the server keeps for itself does not count. */
  @ApiProperty({ type: 'integer', example: 1200 })
  documents!: number;

  /** Bytes of all documents and files, without indexes and compression. */
  @ApiProperty({ type: 'integer', example: 345_678 })
  bytes!: number;

  @ApiProperty({ type: 'integer', example: 12 })
  files!: number;
}
