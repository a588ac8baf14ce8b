import { ApiProperty } from '@nestjs/swagger';

import type { ModuleState } from '../modules/module-definition.js';
import type { OverallState } from '../modules/module-states.service.js';
import { MODULE_STATES, OVERALL_STATES } from '../modules/module-status.dto.js';

/** State of the process alone. */
export class LivenessDto {
  @ApiProperty({ enum: ['healthy'], example: 'healthy' })
  status!: 'healthy';
}

/** State of the server and of each module of it. */
export class HealthDto {
  /** `unhealthy` when the server cannot serve; `degraded` when something that it goes on without is down. */
  @ApiProperty({ enum: OVERALL_STATES, example: 'healthy' })
  status!: OverallState;

  /** When this was found out, ISO 8601. */
  @ApiProperty({ example: '2026-11-21T10:00:00.000Z' })
  timestamp!: string;

  /** Each module by its key. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...MODULE_STATES] },
    example: { database: 'healthy', redis: 'not_configured' },
  })
  services!: Record<string, ModuleState>;

  /** How long it took to ask each module that had to be asked, in milliseconds. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    example: { database: 0.84 },
  })
  timings!: Record<string, number>;

  /** How long this answer took, in milliseconds; all modules are asked at once. */
  @ApiProperty({ example: 1.12 })
  durationMs!: number;

  /** What else is worth to be known of a module, such as the layers of the sandbox. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: true },
    selfRequired: false,
    example: { execution: { sandbox: ['webassembly', 'process', 'node_permissions', 'seccomp'] } },
  })
  details?: Record<string, Record<string, unknown>>;
}
