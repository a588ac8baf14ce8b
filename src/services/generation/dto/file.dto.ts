import { ApiProperty } from '@nestjs/swagger';

/** A form with a file for models. */
export class UploadFileDto {
  /** An image, a PDF, a text, source code, audio or video. */
  @ApiProperty({ type: String, format: 'binary' })
  file!: string;

  /** The caller's own key at the provider; used for this request alone. */
  @ApiProperty({ required: false, example: 'AIza-your-own-key', format: 'password' })
  key?: string;
}

/** A file at the provider. */
export class ModelFileDto {
  /** What a message names in `fileData`. */
  @ApiProperty({ example: 'https://generativelanguage.googleapis.com/v1beta/files/abc123def456' })
  fileUri!: string;

  @ApiProperty({ example: 'image/png' })
  mimeType!: string;

  @ApiProperty({ example: 'files/abc123def456' })
  name!: string;

  @ApiProperty({ required: false, example: 'uploaded_image.png' })
  displayName?: string;

  @ApiProperty({ required: false, example: '1048576' })
  sizeBytes?: string;

  @ApiProperty({ required: false, example: '2026-01-15T10:30:00.123456Z' })
  createTime?: string;

  @ApiProperty({ required: false, example: '2026-01-15T10:30:00.123456Z' })
  updateTime?: string;

  /** After it the provider has deleted the file. */
  @ApiProperty({ required: false, example: '2026-01-17T10:30:00.123456Z' })
  expirationTime?: string;

  @ApiProperty({ required: false, example: 'YWJjZDEyMzQ=' })
  sha256Hash?: string;

  @ApiProperty({ example: 'https://generativelanguage.googleapis.com/v1beta/files/abc123def456' })
  uri!: string;

  /** `PROCESSING` until models can read it, then `ACTIVE`, or `FAILED`. */
  @ApiProperty({ required: false, example: 'ACTIVE' })
  state?: string;
}

/** One file. */
export class FileAnswerDto {
  @ApiProperty({ type: ModelFileDto })
  fileData!: ModelFileDto;
}
