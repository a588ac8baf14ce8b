import { ValidateIf } from 'class-validator';

/** The property need not be sent. Unlike `@IsOptional()` it does not let `null` pass, which is a value. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);
