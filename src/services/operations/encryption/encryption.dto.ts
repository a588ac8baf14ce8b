import { ApiProperty } from '@nestjs/swagger';
import { EncryptedDocumentsDto } from '../../../platform/encryption/encrypted-documents.dto.js';

const STATUSES = ['running', 'done', 'failed'] as const;

/** A key of encrypted fields; never the key itself. */
export class EncryptionKeyDto {
  @ApiProperty({ example: '2026-11' })
  id!: string;

  /** Whether new values are encrypted with it. */
  @ApiProperty({ example: true })
  current!: boolean;

  /** Whether the instance that answers has it. */
  @ApiProperty({ example: true })
  available!: boolean;

  /** Whether stored values may need it. */
  @ApiProperty({ example: true })
  in_use!: boolean;
}

/** A collection with encrypted fields. */
export class EncryptedCollectionDto extends EncryptedDocumentsDto {
  @ApiProperty({ example: 'default' })
  project!: string;

  @ApiProperty({ example: 'people' })
  collection!: string;

  @ApiProperty({ enum: STATUSES, example: 'running' })
  status!: (typeof STATUSES)[number];

  /** What happens to each field: `sealing`, `sealed`, or `opening` when it is no longer declared. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { ssn: 'sealed' } })
  fields!: Record<string, string>;

  /** Ids of the keys that its values may need. */
  @ApiProperty({ type: [String], example: ['2026-11', '2025-01'] })
  keys!: string[];
}

/** Encryption of the fields of all projects. */
export class EncryptionDto {
  /** `running` while documents are encrypted, decrypted or put under another key; `failed` when some could not be. */
  @ApiProperty({ enum: STATUSES, example: 'running' })
  status!: (typeof STATUSES)[number];

  /** The current one first. */
  @ApiProperty({ type: [EncryptionKeyDto] })
  keys!: EncryptionKeyDto[];

  @ApiProperty({ type: EncryptedDocumentsDto })
  documents!: EncryptedDocumentsDto;

  /** 1,000 at most. */
  @ApiProperty({ type: [EncryptedCollectionDto] })
  collections!: EncryptedCollectionDto[];
}
