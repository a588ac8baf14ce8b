import { ApiProperty } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';

const FREE_FORM = { type: 'object', additionalProperties: true } as const;

/** A file, and the caller's own data. */
export class UploadDto {
  @ApiProperty({ type: String, format: 'binary' })
  file!: unknown;

  /** An object, as JSON. */
  @ApiProperty({ type: String, required: false, example: '{"category":"documents"}' })
  metadata?: string;
}

/** A change of the metadata. */
export class UpdateFileDto {
  /** MongoDB update operators on `metadata` or paths below it. */
  @ApiProperty({ ...FREE_FORM, example: { $set: { 'metadata.category': 'invoices' } } })
  @IsDefined()
  document!: Record<string, unknown>;
}
