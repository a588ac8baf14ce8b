import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { parseInteger } from '../config/setting-parsers.js';

const bounds = (minimum: number, maximum: number, usual: number, example: number) =>
  applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum, maximum, default: usual, example }),
    IsOptional(),
    Transform(({ value }) => parseInteger(value)),
    IsInt(),
    Min(minimum),
    Max(maximum),
  );

/** How many things a page of a list has at most; the property's initializer is the default, which is the most. */
export const PageLimit = (most: number): PropertyDecorator => bounds(1, most, most, 20);

/** How many things of a list are left out at the beginning. */
export const PageSkip = (most: number): PropertyDecorator => bounds(0, most, 0, 0);
