import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { FindParametersDto } from '../../storage/index.js';
import { ImageParametersDto } from '../images/image-parameters.dto.js';
import type { Disposition } from '../download/file-headers.js';

const DISPOSITIONS = ['attachment', 'inline'] as const;

/** How a file is sent. */
export class DownloadParametersDto extends ImageParametersDto {
  /** `attachment` makes browsers save a file that they could show. */
  @ApiProperty({ enum: DISPOSITIONS, required: false, default: 'inline', example: 'attachment' })
  @IsOptional()
  @IsIn(DISPOSITIONS)
  disposition?: Disposition;
}

/** Which files, in which order, and how many. */
export class PageParametersDto extends OmitType(FindParametersDto, ['keys'] as const) {}
