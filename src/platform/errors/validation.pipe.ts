import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { CoglexError, type FieldError } from './coglex-error.js';

/** JSON Pointer escapes (RFC 6901, section 3). */
const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

function fieldErrors(errors: ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap((error) => {
    const field = `${parent}/${escape(error.property)}`;
    const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
    return [...own, ...fieldErrors(error.children ?? [], field)];
  });
}

class DtoPipe extends ValidationPipe {
  /** Some checks of addresses fail on half a character instead of refusing it. */
  protected override async validate(
    ...args: Parameters<ValidationPipe['validate']>
  ): Promise<ValidationError[]> {
    try {
      return await super.validate(...args);
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      throw new CoglexError('validation_failed', { detail: 'Text must be valid Unicode.', cause: error });
    }
  }
}

/** Checks every DTO; what a DTO does not declare is an error, not ignored. */
export function createValidationPipe(): ValidationPipe {
  return new DtoPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const fields = fieldErrors(errors);
      return new CoglexError('validation_failed', { detail: fields[0]?.message, errors: fields });
    },
  });
}
