import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import { FILE_ACTIONS, STORAGE_ACTIONS, type FileAction } from '../functions/function-definition.js';
import { FUNCTION_NAME, SECRET_NAME } from './names.js';
import { NestedList } from '../../../platform/http/nested.decorator.js';

const MAX = 100;
const AS = ['caller', 'function'] as const;
const ACTIONS = [...STORAGE_ACTIONS, 'read', 'write', 'list', 'view', 'create'] as const;

/** `example.com`, `example.com:8443`, `[::1]:80`. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** A collection that a function may use. */
export class CollectionGrantDto {
  @ApiProperty({ example: 'orders' })
  @Matches(/^[A-Za-z0-9][\w-]{0,99}$/, { message: 'name must be the name of a collection' })
  name!: string;

  /** All by default; `read` and `write` stand for several. */
  @ApiProperty({ enum: ACTIONS, isArray: true, required: false, example: ['find', 'insert'] })
  @IsOptional()
  @IsArray()
  @IsIn(ACTIONS, { each: true })
  actions?: (typeof ACTIONS)[number][];

  /** Under the caller's rules, or under those of the function itself, which is trusted. */
  @ApiProperty({ enum: AS, required: false, default: 'caller' })
  @IsOptional()
  @IsIn(AS)
  as?: (typeof AS)[number];
}

/** Which files a function may use. */
export class FileGrantDto {
  @ApiProperty({ enum: FILE_ACTIONS, isArray: true, required: false })
  @IsOptional()
  @IsArray()
  @IsIn(FILE_ACTIONS, { each: true })
  actions?: FileAction[];

  @ApiProperty({ enum: AS, required: false, default: 'caller' })
  @IsOptional()
  @IsIn(AS)
  as?: (typeof AS)[number];
}

const isFileGrant = (value: unknown): boolean => {
  if (typeof value === 'boolean') return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { actions, as, ...others } = value as Record<string, unknown>;
  return (
    Object.keys(others).length === 0 &&
    (as === undefined || AS.some((word) => word === as)) &&
    (actions === undefined ||
      (Array.isArray(actions) && actions.every((word) => FILE_ACTIONS.includes(word as FileAction))))
  );
};

/** Everything that a function may do beside computing; nothing by default. */
export class GrantsDto {
  @ApiProperty({ type: [CollectionGrantDto], required: false })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX)
  @NestedList(() => CollectionGrantDto)
  collections?: CollectionGrantDto[];

  /** `true` for all that the caller may do, or which actions under whose rules. */
  @ApiProperty({
    oneOf: [{ type: 'boolean' }, { $ref: '#/components/schemas/FileGrantDto' }],
    required: false,
    example: true,
  })
  @IsOptional()
  @Transform(({ obj }) => (obj as { files: unknown }).files, { toClassOnly: true })
  @ValidateBy({
    name: 'isFileGrant',
    validator: {
      validate: isFileGrant,
      defaultMessage: () => 'files must be true, false, or an object with actions and as',
    },
  })
  files?: boolean | FileGrantDto;

  /** Hosts that `coglex.fetch` reaches, with the port where it is not that of the scheme. */
  @ApiProperty({ type: [String], required: false, example: ['api.example.com'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX)
  @Matches(HOST, { each: true, message: 'each of fetch must be a host, or host:port' })
  fetch?: string[];

  @ApiProperty({ type: [String], required: false, example: ['API_TOKEN'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX)
  @Matches(SECRET_NAME, { each: true, message: 'each of secrets must be the name of a secret' })
  secrets?: string[];

  @ApiProperty({ type: [String], required: false, example: ['add'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX)
  @Matches(FUNCTION_NAME, { each: true, message: 'each of functions must be the name of a function' })
  functions?: string[];
}
