import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { GenerationConfig } from '../content/content.js';
import { toJsonSchema } from './json-schema.js';
import { re2Engine } from './re2-engine.js';

/** Longest schema, in characters of JSON: compiling one costs time. */
const MAX_SCHEMA = 50_000;
/** Most faults that a model is told of. */
const MAX_FAULTS = 10;

/** What an answer was found to be. */
export type Checked = { ok: true; value: unknown } | { ok: false; faults: string };

/** The JSON Schema that answers must fulfil. */
export class OutputSchema {
  private constructor(private readonly validate: ValidateFunction) {}

  /**
   * The schema of a request, if it has one.
   *
   * @throws CoglexError `validation_failed` when it is none
   */
  static of(config: GenerationConfig | undefined): OutputSchema | undefined {
    const { responseJsonSchema, responseSchema } = config ?? {};
    if (responseJsonSchema) return OutputSchema.compile(responseJsonSchema, 'responseJsonSchema');
    if (responseSchema) return OutputSchema.compile(toJsonSchema(responseSchema), 'responseSchema');
    return undefined;
  }

  /** Reads a text as JSON that fulfils the schema. */
  check(text: string): Checked {
    let value: unknown;
    try {
      value = JSON.parse(withoutFence(text));
    } catch {
      return { ok: false, faults: 'It is not JSON.' };
    }
    if (this.holds(value)) return { ok: true, value };
    const faults = (this.validate.errors ?? []).slice(0, MAX_FAULTS).map(inWords);
    return { ok: false, faults: faults.join(' ') };
  }

  private holds(value: unknown): boolean {
    try {
      return this.validate(value);
    } catch {
      // A schema that refers to itself without end.
      return false;
    }
  }

  private static compile(schema: Record<string, unknown>, name: string): OutputSchema {
    const field = `/generationConfig/${name}`;
    const refuse = (message: string): never => {
      throw new CoglexError('validation_failed', {
        detail: `${name} ${message}`,
        errors: [{ field, message: `${name} ${message}` }],
      });
    };
    if (JSON.stringify(schema).length > MAX_SCHEMA)
      refuse(`must not be longer than ${MAX_SCHEMA} characters`);
    try {
      const ajv = new Ajv2020({
        strict: false,
        validateFormats: false,
        allErrors: false,
        logger: false,
        code: { regExp: re2Engine },
      });
      // Whatever version it names, the members that models know are the same in all of them.
      const { $schema: _version, $id: _id, ...members } = schema;
      return new OutputSchema(ajv.compile(members));
    } catch {
      return refuse('must be a valid JSON Schema');
    }
  }
}

/** Some models wrap JSON into Markdown although they are told not to. */
function withoutFence(text: string): string {
  const match = /^\s*```(?:json)?\s*\n([^]*?)\n?```\s*$/.exec(text);
  return match ? match[1] : text;
}

const inWords = ({ instancePath, message = 'is not valid' }: ErrorObject) =>
  `${instancePath === '' ? 'The value' : instancePath} ${message}.`;
