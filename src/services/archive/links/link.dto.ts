import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn, IsInt, IsObject, IsString, Length, Matches, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';
import { ImageParametersDto } from '../images/image-parameters.dto.js';
import type { Disposition } from '../download/file-headers.js';

const DISPOSITIONS = ['attachment', 'inline'] as const;
const HOUR = 3600;
const YEAR = 365 * 86_400;

/** How long a link works. */
export class LinkLifeDto {
  /** Seconds; an hour by default, and a week at most, unless the server is set up otherwise. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, default: HOUR, example: 600 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(YEAR)
  expires_in: number = HOUR;
}

/** A link to download a file. */
export class DownloadLinkDto extends LinkLifeDto {
  /** Whether browsers save the file, or show it if it is of a harmless type. */
  @ApiProperty({ enum: DISPOSITIONS, required: false, default: 'attachment', example: 'inline' })
  @MayBeAbsent()
  @IsIn(DISPOSITIONS)
  disposition: Disposition = 'attachment';
}

/** A link to upload one file. */
export class UploadLinkDto extends LinkLifeDto {
  /** Name of the file; the uploader's own by default. */
  @ApiProperty({ required: false, example: 'application.pdf' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 255)
  filename?: string;

  /** Metadata of the file; wins over what the uploader sends. */
  @ApiProperty({ type: 'object', additionalProperties: true, selfRequired: false, example: { form: 7 } })
  @MayBeAbsent()
  @IsObject()
  metadata?: Record<string, unknown>;

  /** Largest file, in bytes; never more than the uploader may have otherwise. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, example: 1048576 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  max_size?: number;

  /** Types that the file may have; all by default. */
  @ApiProperty({ type: [String], required: false, example: ['application/pdf', 'image/*'] })
  @MayBeAbsent()
  @ArrayMaxSize(50)
  @Matches(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*)$/, { each: true })
  types?: string[];
}

/** A link. */
export class LinkDto {
  @ApiProperty({
    example: 'https://api.example.com/service/archive/v1/link?token=eyJhbGciOiJIUzI1NiJ9.e30.4f2c',
  })
  url!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T11:00:00.000Z' })
  expires_at!: Date;
}

/** The token of a link. */
export class LinkTokenDto {
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiJ9.e30.4f2c' })
  @IsString()
  token!: string;
}

/** A download by a link: the token, and how the file is wanted. */
export class LinkedDownloadDto extends ImageParametersDto {
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiJ9.e30.4f2c' })
  @IsString()
  token!: string;
}
