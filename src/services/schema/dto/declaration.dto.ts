import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { EncryptedDocumentsDto } from '../../../platform/encryption/encrypted-documents.dto.js';

// What a rule, a schema or an index must look like is for those who compile them to say, with the place of the fault.

const FREE_FORM = { type: 'object', additionalProperties: true } as const;

/** What a project says of one of its collections; every part may be left out. */
export class DeclarationDto {
  /** JSON Schema of the documents (draft 7, or 2020-12 by its `$schema`), as they stand in answers. */
  @ApiPropertyOptional({
    ...FREE_FORM,
    example: {
      type: 'object',
      required: ['title'],
      properties: { title: { type: 'string', maxLength: 200 }, done: { type: 'boolean' } },
    },
  })
  @IsOptional()
  schema?: unknown;

  /**
   * A MongoDB filter for each of `list`, `view`, `create`, `update`, `delete` and `aggregate`. Absent: secret keys
   * alone. `{}`: anyone with a key. Placeholders: `$user._id`, `$user._key`, `$user.<field>`, `$now`, `$request.ip`.
   */
  @ApiPropertyOptional({
    ...FREE_FORM,
    example: { list: { owner: '$user._id' }, create: { owner: '$user._id' } },
  })
  @IsOptional()
  rules?: unknown;

  /** Fields of new documents that the server sets: constants, or the placeholders of rules. */
  @ApiPropertyOptional({ ...FREE_FORM, example: { owner: '$user._id' } })
  @IsOptional()
  stamp?: unknown;

  /** Paths of fields that never leave without a secret key, and that cannot be asked for. */
  @ApiPropertyOptional({ type: [String], example: ['internal_notes'] })
  @IsOptional()
  hidden?: unknown;

  /**
   * Paths of fields that are encrypted where they are stored, and plain for everybody who may read them. `index: true`
   * lets queries ask for equal values.
   */
  @ApiPropertyOptional({ ...FREE_FORM, example: { ssn: { index: true }, note: {} } })
  @IsOptional()
  encrypted?: unknown;

  /** Indexes that are built in the background; one that is no longer declared is removed. */
  @ApiPropertyOptional({ type: 'array', items: FREE_FORM, example: [{ keys: { owner: 1 }, unique: false }] })
  @IsOptional()
  indexes?: unknown;

  /** Values of fields that a new document lacks. */
  @ApiPropertyOptional({ ...FREE_FORM, example: { done: false } })
  @IsOptional()
  defaults?: unknown;

  /** Documents are deleted so many seconds after the date in a field; a number alone counts from the insert. */
  @ApiPropertyOptional({
    oneOf: [
      { type: 'integer', minimum: 0 },
      {
        type: 'object',
        properties: { field: { type: 'string' }, seconds: { type: 'integer' } },
      },
    ],
    example: { field: '_inserted', seconds: 2_592_000 },
  })
  @IsOptional()
  ttl?: unknown;

  /** `new`: accept the schema although stored documents do not fulfil it, and tell how many. */
  @ApiPropertyOptional({ type: String, enum: ['new'], example: 'new' })
  @IsOptional()
  validate?: unknown;
}

/** What a schema said to stored documents when it was declared. */
export class ValidationDto {
  @ApiProperty({ type: 'integer', example: 120 })
  checked!: number;

  /** How many do not fulfil it. */
  @ApiProperty({ type: 'integer', example: 0 })
  failing!: number;

  /** Whether there was time to look at all of them. */
  @ApiProperty({ example: true })
  complete!: boolean;
}

/** How far the documents of a collection are encrypted, or decrypted, as they are declared. */
export class EncryptionProgressDto extends EncryptedDocumentsDto {
  /** `running` until every document is as it is declared; `failed` when some could not be read or written. */
  @ApiProperty({ enum: ['running', 'done', 'failed'], example: 'running' })
  status!: 'running' | 'done' | 'failed';

  /** What happens to each field: `sealing`, `sealed`, or `opening` when it is no longer declared. */
  @ApiProperty({ ...FREE_FORM, example: { ssn: 'sealing', note: 'sealed' } })
  fields!: Record<string, string>;
}

/**
 * A declaration as it stands. Each index also has a `name`, its `status` (`building`, `ready` or `failed`, then with an
 * `error`) and its `progress` from 0 to 1, or null while the database does not tell.
 */
export class DeclaredDto extends DeclarationDto {
  @ApiProperty({ example: 'notes' })
  collection!: string;

  /** How far the index of the `ttl` is. */
  @ApiPropertyOptional({
    ...FREE_FORM,
    example: { name: 'declared_due_1170ef77', status: 'ready', progress: 1 },
  })
  ttl_index?: object;

  /** In the answer to a declaration with a schema. */
  @ApiPropertyOptional({ type: ValidationDto })
  validation?: ValidationDto;

  /** How far the encrypted fields are. */
  @ApiPropertyOptional({ type: EncryptionProgressDto })
  encryption?: EncryptionProgressDto;

  /** What is not safe about it, in the answer to a declaration. */
  @ApiPropertyOptional({ type: [String], example: [] })
  warnings?: string[];

  /** When something was first declared, ISO 8601. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  _inserted!: Date;

  /** When it was last changed, ISO 8601; absent until then. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T11:00:00.000Z' })
  _patched?: Date;
}

/** All declarations of a project. */
export class DeclarationsDto {
  @ApiProperty({ type: [DeclaredDto] })
  schemas!: DeclaredDto[];
}

/** What a removal did. */
export class RemovedDto {
  /** Number of declarations. */
  @ApiProperty({ type: 'integer', example: 1 })
  deleted!: number;
}
