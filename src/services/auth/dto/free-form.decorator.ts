import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsObject } from 'class-validator';

/** A JSON object of the caller's own. It is taken as it came: the copy would lack fields named `toString` and such. */
export function FreeForm(): PropertyDecorator {
  return applyDecorators(
    IsObject(),
    Transform(({ obj, key }) => (obj as Record<string, unknown>)[key], { toClassOnly: true }),
  );
}
