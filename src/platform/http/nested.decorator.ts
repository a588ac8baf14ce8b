import { applyDecorators, type Type } from '@nestjs/common';
import { Type as Transformed } from 'class-transformer';
import { IsObject, ValidateNested } from 'class-validator';

/** The property is an object that its own DTO checks. */
export const Nested = (dto: () => Type): PropertyDecorator =>
  applyDecorators(IsObject(), ValidateNested(), Transformed(dto));

/**
 * The members of the list are objects that their own DTO checks. `@ValidateNested()` alone takes a list for a member,
 * and looks at what is in it: an empty one would pass for anything.
 */
export const NestedList = (dto: () => Type): PropertyDecorator =>
  applyDecorators(IsObject({ each: true }), ValidateNested({ each: true }), Transformed(dto));
