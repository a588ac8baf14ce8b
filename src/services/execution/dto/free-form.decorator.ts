import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsObject, IsOptional } from 'class-validator';

/** A JSON object of the caller's own, which may be left out. It is taken as it came, for a copy could lose fields. */
export function FreeForm(example: Record<string, unknown>): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'object', additionalProperties: true, selfRequired: false, example }),
    IsOptional(),
    IsObject(),
    Transform(({ obj, key }) => (obj as Record<string, unknown>)[key], { toClassOnly: true }),
  );
}
