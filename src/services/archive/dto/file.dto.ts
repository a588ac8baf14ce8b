import { ApiProperty } from '@nestjs/swagger';

/** What is known of a file. */
export class FileDto {
  @ApiProperty({ example: '65a1b2c3d4e5f60718293a4b' })
  _id!: string;

  /** As the client named it, without a path. */
  @ApiProperty({ example: 'report.pdf' })
  filename!: string;

  /** What the bytes are, as the server found out by looking at them. */
  @ApiProperty({ example: 'application/pdf' })
  mimetype!: string;

  /** Bytes. */
  @ApiProperty({ type: 'integer', example: 2048576 })
  size!: number;

  /** SHA-256 of the bytes, in hex. */
  @ApiProperty({ example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' })
  sha256!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  uploaded_at!: string;

  /** `_id` of the user who uploaded it; null when there was none. */
  @ApiProperty({ type: String, nullable: true, example: '65a1b2c3d4e5f60718293a4c' })
  owner!: string | null;

  /** The caller's own data. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { category: 'documents' } })
  metadata!: Record<string, unknown>;

  /** When the metadata was last changed; missing before the first change. */
  @ApiProperty({ type: String, format: 'date-time', required: false, example: '2026-11-21T10:05:00.000Z' })
  _patched?: string;

  /** Where it can be downloaded, on this server. */
  @ApiProperty({ example: '/service/archive/v1/65a1b2c3d4e5f60718293a4b' })
  filepath!: string;
}

/** What a deletion did. */
export class DeletedFileDto {
  @ApiProperty({ example: true })
  deleted!: boolean;

  @ApiProperty({ example: '65a1b2c3d4e5f60718293a4b' })
  file_id!: string;

  @ApiProperty({ example: 'File deleted successfully' })
  message!: string;
}
