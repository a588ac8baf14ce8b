import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { PageLimit, PageSkip } from '../../../platform/http/page.decorators.js';

const DAY = 86_400;
const MAX_TEXT = 1024;
const MAX_PAGE = 1000;
const MAX_INT32 = 2 ** 31 - 1;

const TEXT = {
  example: 'cgx_sk_65f0c1d2e3a4b5c6d7e8f9010b9e3c0c6c1f4f2f8a7d5e4b3c2a190817263544536271802b7d1c9a4f3e',
  maxLength: MAX_TEXT,
};

/** Which keys are listed. */
export class ListKeysDto {
  /** Id of the project whose keys are wanted. For the root key: all by default. */
  @ApiPropertyOptional({ example: 'default' })
  @IsOptional()
  @IsString()
  project?: string;

  @PageLimit(MAX_PAGE)
  limit: number = MAX_PAGE;

  /** Keys to leave out at the beginning. */
  @PageSkip(MAX_INT32)
  skip: number = 0;
}

/** The text of a key. */
export class ValidateKeyDto {
  @ApiProperty(TEXT)
  @IsString()
  @MaxLength(MAX_TEXT)
  key!: string;
}

/** Which key is revoked: by its id, or by its text. */
export class RevokeKeyDto {
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  @ValidateIf(({ id, key }: RevokeKeyDto) => id !== undefined || key === undefined)
  @Matches(/^[0-9a-f]{24}$/, { message: 'id must be 24 hex digits' })
  id?: string;

  /** Instead of `id`. */
  @ApiPropertyOptional(TEXT)
  @ValidateIf(({ id, key }: RevokeKeyDto) => id === undefined && key !== undefined)
  @IsString()
  @MaxLength(MAX_TEXT)
  key?: string;
}

/** How a key is rotated. */
export class RotateKeyDto {
  /** Seconds for which the old text stays good; it ends at once by default. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 30 * DAY, default: 0, example: 3600 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(30 * DAY)
  grace: number = 0;
}
