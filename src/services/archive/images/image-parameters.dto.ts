import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { parseInteger } from '../../../platform/config/setting-parsers.js';

export const FITS = ['cover', 'contain', 'fill', 'inside', 'outside'] as const;
export const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const;

/** How an image is wanted. Without any of these the file comes as it is. */
export class ImageParametersDto {
  /** Pixels; at most 4096, unless the server is set up otherwise. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, example: 320 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(16_384)
  width?: number;

  /** Pixels. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, example: 240 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(16_384)
  height?: number;

  /** What happens when width and height are not in the proportion of the image. */
  @ApiProperty({ enum: FITS, required: false, default: 'cover', example: 'inside' })
  @IsOptional()
  @IsIn(FITS)
  fit?: (typeof FITS)[number];

  /** Format of the answer; that of the file by default. */
  @ApiProperty({ enum: FORMATS, required: false, example: 'webp' })
  @IsOptional()
  @IsIn(FORMATS)
  format?: (typeof FORMATS)[number];

  /** From 1 (small) to 100 (good). */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 100, default: 80, example: 80 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(100)
  quality?: number;
}
