import { ApiProperty } from '@nestjs/swagger';

const STATES = ['healthy', 'unhealthy'] as const;
const PART_STATES = [...STATES, 'not_configured'] as const;

/** State of the process alone. */
export class LivenessDto {
  @ApiProperty({ enum: STATES, example: 'healthy' })
  status!: 'healthy' | 'unhealthy';
}

/** State of the server and of each part that it stands on. */
export class HealthDto {
  /** `unhealthy` when a part is. */
  @ApiProperty({ enum: STATES, example: 'healthy' })
  status!: 'healthy' | 'unhealthy';

  /** When this was found out, ISO 8601. */
  @ApiProperty({ example: '2026-11-21T10:00:00.000Z' })
  timestamp!: string;

  /** Each part by its name. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...PART_STATES] },
    example: { database: 'healthy' },
  })
  services!: Record<string, 'healthy' | 'unhealthy' | 'not_configured'>;

  /** What else is worth to be known of a part, such as the layers of the sandbox. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: true },
    selfRequired: false,
    example: { execution: { sandbox: ['webassembly', 'process', 'node_permissions', 'seccomp'] } },
  })
  details?: Record<string, Record<string, unknown>>;
}
