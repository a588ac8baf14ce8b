import { ApiProperty } from '@nestjs/swagger';
import type { ModuleState } from './module-definition.js';
import type { OverallState } from './module-states.service.js';

export const MODULE_STATES = ['healthy', 'degraded', 'unhealthy', 'not_configured'] as const;
export const OVERALL_STATES = ['healthy', 'degraded', 'unhealthy'] as const;

const STATES_BY_KEY = {
  type: 'object' as const,
  additionalProperties: { type: 'string' as const, enum: [...MODULE_STATES] },
};

/** A module and how it does. */
export class ModuleStatusDto {
  /** Name in paths and in `dependencies`. */
  @ApiProperty({ example: 'archive' })
  key!: string;

  @ApiProperty({ example: 'Files' })
  title!: string;

  /** `degraded`: it goes on, in part or slower. `not_configured`: its settings are missing, and it answers 503. */
  @ApiProperty({ enum: MODULE_STATES, example: 'healthy' })
  state!: ModuleState;

  /** Which of several ways does the work. */
  @ApiProperty({ example: 'disk', required: false })
  driver?: string;

  /** Whether the server cannot serve without it. */
  @ApiProperty({ example: false })
  essential!: boolean;

  /** States of the modules without which it can do nothing. */
  @ApiProperty({ ...STATES_BY_KEY, example: { database: 'healthy', files: 'healthy' } })
  dependencies!: Record<string, ModuleState>;

  /** States of the modules without which it goes on as `degraded`. */
  @ApiProperty({ ...STATES_BY_KEY, example: { scanner: 'not_configured' } })
  optional!: Record<string, ModuleState>;

  /** How long it took to find out, in milliseconds; absent where nothing had to be asked. */
  @ApiProperty({ example: 1.25, required: false })
  durationMs?: number;
}

/** One module, now. */
export class ModuleHealthDto extends ModuleStatusDto {
  /** When this was found out, ISO 8601. */
  @ApiProperty({ example: '2026-11-21T10:00:00.000Z' })
  timestamp!: string;

  /** What else is worth to be known of it, such as the layers of the sandbox. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    selfRequired: false,
    example: { sandbox: ['webassembly', 'process', 'node_permissions', 'seccomp'] },
  })
  details?: Record<string, unknown>;
}

/** All modules, each after what it stands on. */
export class ModulesStatusDto {
  /** `unhealthy` when an essential module is, `degraded` when another one is. */
  @ApiProperty({ enum: OVERALL_STATES, example: 'healthy' })
  status!: OverallState;

  /** When this was found out, ISO 8601. */
  @ApiProperty({ example: '2026-11-21T10:00:00.000Z' })
  timestamp!: string;

  @ApiProperty({ type: [ModuleStatusDto] })
  modules!: ModuleStatusDto[];
}
