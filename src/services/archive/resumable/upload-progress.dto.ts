import { ApiProperty } from '@nestjs/swagger';

/** How far a resumable upload is. */
export class UploadProgressDto {
  @ApiProperty({ example: '65a1b2c3d4e5f60718293a4b' })
  id!: string;

  /** Bytes that are durable. */
  @ApiProperty({ type: 'integer', example: 5242880 })
  offset!: number;

  /** Bytes that the file will have. */
  @ApiProperty({ type: 'integer', example: 10485760 })
  length!: number;

  @ApiProperty({ example: false })
  complete!: boolean;

  /** When the upload is thrown away, unless it is complete. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  expires_at!: Date;
}
