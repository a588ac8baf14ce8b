import { ApiProperty } from '@nestjs/swagger';

/** What was deleted. */
export class DeletedEntriesDto {
  /** How many there were. */
  @ApiProperty({ type: 'integer', example: 1 })
  deleted!: number;
}
