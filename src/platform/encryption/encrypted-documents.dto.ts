import { ApiProperty } from '@nestjs/swagger';

/** How many documents are as they should be. */
export class EncryptedDocumentsDto {
  @ApiProperty({ type: 'integer', example: 1200 })
  done!: number;

  @ApiProperty({ type: 'integer', example: 300 })
  left!: number;

  /** Those that could not be read or written; the log names them. */
  @ApiProperty({ type: 'integer', example: 0 })
  failed!: number;
}
