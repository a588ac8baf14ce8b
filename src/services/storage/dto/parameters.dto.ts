import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { parseFlag, parseInteger } from '../../../platform/config/setting-parsers.js';

/** Largest number that the database takes for `skip`. */
const MAX_INT32 = 2 ** 31 - 1;

/** Which fields of a document are wanted. */
export class KeysParameterDto {
  /** Fields that are wanted (1) or not (0), as JSON: a MongoDB projection. */
  @ApiProperty({ type: String, required: false, example: '{"title":1,"done":1}' })
  @IsOptional()
  @IsString()
  keys?: string;
}

/** Which documents, which of their fields, and how many. */
export class FindParametersDto extends KeysParameterDto {
  /** Which documents, as JSON: a MongoDB query. All of them by default. */
  @ApiProperty({ type: String, required: false, example: '{"done":false}' })
  @IsOptional()
  @IsString()
  query?: string;

  /** Order of the documents, as JSON: fields with 1 (ascending) or -1 (descending). */
  @ApiProperty({ type: String, required: false, example: '{"_inserted":-1}' })
  @IsOptional()
  @IsString()
  sort?: string;

  /** Most documents in the answer; 100 by default, and 1000 at most, unless the server is set up otherwise. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, example: 20 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  limit?: number;

  /** Documents to leave out at the beginning. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0, maximum: MAX_INT32, default: 0, example: 0 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(0)
  @Max(MAX_INT32)
  skip?: number;

  /** Whether to count all documents that match, into the `X-Total-Count` header. */
  @ApiProperty({ type: Boolean, required: false, default: false, example: true })
  @IsOptional()
  @Transform(({ value }) => parseFlag(value))
  @IsBoolean()
  count?: boolean;
}

/** The query of a delete, in the URL. */
export class DeleteParametersDto {
  /** Which documents, as JSON: a MongoDB query. For clients that cannot send a body with DELETE. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  query?: string;
}
