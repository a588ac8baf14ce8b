import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { CoglexError, type FieldError } from '../../../platform/errors/coglex-error.js';

/** Longest schema, in characters of JSON: compiling one costs time. */
const MAX_SCHEMA = 50_000;

/** Regular expressions without backtracking: whoever invokes a function chooses the text. */
const regExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.matcher(text).find() };
  },
  { code: '' },
);

/** A JSON Schema of a function's parameters or result. */
export class ValueSchema {
  private constructor(private readonly validate: ValidateFunction) {}

  /** @throws CoglexError `validation_failed`. @param name of the field that it came in */
  static compile(schema: Record<string, unknown>, name: string): ValueSchema {
    try {
      if (JSON.stringify(schema).length > MAX_SCHEMA) throw new Error('too long');
      const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, code: { regExp } });
      // Of whatever version it says it is: what functions need is the same in all.
      const { $schema: _version, $id: _id, ...members } = schema;
      return new ValueSchema(ajv.compile(members));
    } catch {
      const message = `${name} must be a JSON Schema of at most ${MAX_SCHEMA} characters`;
      throw new CoglexError('validation_failed', {
        detail: message,
        errors: [{ field: `/${name}`, message }],
      });
    }
  }

  /** What is wrong with a value; nothing when it is valid. @param place JSON Pointer of the value */
  faults(value: unknown, place: string): FieldError[] {
    try {
      if (this.validate(value)) return [];
    } catch {
      // A schema that refers to itself without end.
      return [{ field: place, message: 'cannot be checked' }];
    }
    return (this.validate.errors ?? []).map((error) => ({
      field: place + pathOf(error),
      message: error.message ?? '',
    }));
  }
}

const pathOf = ({ instancePath, params }: ErrorObject) =>
  'missingProperty' in params ? `${instancePath}/${String(params.missingProperty)}` : instancePath;
