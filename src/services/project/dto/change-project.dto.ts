import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { Nested } from '../../../platform/http/nested.decorator.js';

const NAME = { example: 'Shop', minLength: 1, maxLength: 100 };

/** A line of text, which comes back from the database as it was. */
const IsLine = () => Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: 'name must not hold control characters' });

/** Not there at all; `null` is a value that must be good. */
const MayBeLeftOut = () => ValidateIf((_body, value) => value !== undefined);

const Quota = () => (target: object, name: string) => {
  ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    example: 1_000_000,
  })(target, name);
  for (const decorate of [IsOptional(), IsInt(), Min(0), Max(Number.MAX_SAFE_INTEGER)])
    decorate(target, name);
};

/** Other quotas; `null` takes a limit away, and what is not named stays. */
export class ChangeQuotasDto {
  /** Bytes of all files together. */
  @Quota()
  bytes?: number | null;

  /** Number of files. */
  @Quota()
  files?: number | null;

  /** Bytes of one file. */
  @Quota()
  upload?: number | null;
}

abstract class WithQuotasDto {
  @ApiPropertyOptional({ type: ChangeQuotasDto })
  @MayBeLeftOut()
  @Nested(() => ChangeQuotasDto)
  quotas?: ChangeQuotasDto;
}

/** A new project. */
export class CreateProjectDto extends WithQuotasDto {
  @ApiProperty(NAME)
  @IsString()
  @Length(1, 100)
  @IsLine()
  name!: string;
}

/** What is to be changed of a project. */
export class ChangeProjectDto extends WithQuotasDto {
  @ApiPropertyOptional(NAME)
  @MayBeLeftOut()
  @IsString()
  @Length(1, 100)
  @IsLine()
  name?: string;

  /** Whether all its routes answer 423. */
  @ApiPropertyOptional({ type: Boolean, example: true })
  @MayBeLeftOut()
  @IsBoolean()
  frozen?: boolean;
}

/** That somebody means it. */
export class DeleteProjectDto {
  /** Name of the project. */
  @ApiProperty({ example: 'Shop' })
  @IsString()
  confirm!: string;
}
