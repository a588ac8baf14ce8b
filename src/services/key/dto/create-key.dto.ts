import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { isOrigin } from '../../../platform/config/network-words.js';
import { isScope } from '../../../platform/security/keys/scopes.js';

const MAX_SCOPES = 100;
const MAX_ORIGINS = 50;

/** Each of a list's members is what it must be. */
const Each = (name: string, validate: (value: unknown) => boolean, expected: string) =>
  ValidateBy(
    { name, validator: { validate } },
    { each: true, message: `each value in $property must be ${expected}` },
  );

/** Optional, but not `null`: that would be another way to say "all". */
const MayBeLeftOut = () => ValidateIf((_body, value) => value !== undefined);

/** A new key. */
export class CreateKeyDto {
  /** What it is for, in words for people. */
  @ApiProperty({ example: 'Shop, production', minLength: 1, maxLength: 100 })
  @IsString()
  @Length(1, 100)
  @Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: 'name must not hold control characters' })
  name!: string;

  /** `secret` for servers, `publishable` for browsers and phones. */
  @ApiProperty({ enum: ['secret', 'publishable'], example: 'publishable' })
  @IsIn(['secret', 'publishable'])
  type!: 'secret' | 'publishable';

  /** Id of its project; the present one by default. Only the root key makes keys of others. */
  @ApiPropertyOptional({ example: 'default' })
  @MayBeLeftOut()
  @IsString()
  project?: string;

  /**
   * What it may be used for: `service:read`, `service:write`, `service:*`, or the same of one collection,
   * `service:collection:read`; `*` is everything. Those of the key that asks by default.
   */
  @ApiPropertyOptional({ type: [String], example: ['storage:orders:read', 'auth:*'], maxItems: MAX_SCOPES })
  @MayBeLeftOut()
  @IsArray()
  @ArrayMaxSize(MAX_SCOPES)
  @ArrayUnique()
  @Each('isScope', isScope, 'service[:collection]:read|write|*, or *')
  scopes?: string[];

  /** When it ends, ISO 8601; `null` for never. That of the key that asks by default. */
  @ApiPropertyOptional({
    type: 'string',
    format: 'date-time',
    nullable: true,
    example: '2099-12-31T23:59:59Z',
  })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  expires_at?: string | null;

  /**
   * Origins of the pages that may send it, such as `https://shop.example.com`, or `*`. Those of the key that asks
   * by default. Servers and phones, which send no `Origin`, are not concerned.
   */
  @ApiPropertyOptional({ type: [String], example: ['https://shop.example.com'], maxItems: MAX_ORIGINS })
  @MayBeLeftOut()
  @IsArray()
  @ArrayMaxSize(MAX_ORIGINS)
  @ArrayUnique()
  @Each(
    'isOrigin',
    (value) => typeof value === 'string' && isOrigin(value),
    'an origin such as https://app.example.com, without a path, or *',
  )
  origins?: string[];
}
