import { ApiProperty } from '@nestjs/swagger';

/** What was deleted. */
export class DeletedDto {
  /** How many there were. */
  @ApiProperty({ type: 'integer', example: 1 })
  deleted!: number;
}
