import { ApiProperty } from '@nestjs/swagger';

/** A stored document: these fields of the server's, and the caller's own. */
export class StoredDocumentDto {
  /** 24 hex digits, unless the caller chose another text. */
  @ApiProperty({ example: 'first-note' })
  _id!: string;

  /** When it was inserted, ISO 8601. */
  @ApiProperty({ type: String, format: 'date-time', required: false, example: '2026-11-21T10:00:00.000Z' })
  _inserted?: string;

  /** When it was last updated, ISO 8601; missing before the first update. */
  @ApiProperty({ type: String, format: 'date-time', required: false, example: '2026-11-21T10:05:00.000Z' })
  _patched?: string;
}

/** What an insert stored. */
export class InsertedDto {
  /** Number of documents. */
  @ApiProperty({ type: 'integer', example: 1 })
  inserted!: number;

  /** Their ids, in the order in which they were sent. */
  @ApiProperty({ type: [String], example: ['first-note'] })
  ids!: string[];
}

/** What an update did. */
export class PatchedDto {
  /** Documents that the update was meant for. */
  @ApiProperty({ type: 'integer', example: 1 })
  matched!: number;

  /** Documents that it changed. */
  @ApiProperty({ type: 'integer', example: 1 })
  modified!: number;
}

/** What a delete did. */
export class DeletedDto {
  /** Number of documents. */
  @ApiProperty({ type: 'integer', example: 1 })
  deleted!: number;
}
