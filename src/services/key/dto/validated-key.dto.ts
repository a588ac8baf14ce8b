import { ApiProperty, PartialType } from '@nestjs/swagger';
import { KeyDto } from './key.dto.js';

/** Whether a key is good, and if it is, what is known of it. */
export class ValidatedKeyDto extends PartialType(KeyDto) {
  @ApiProperty({ example: true })
  valid!: boolean;
}
