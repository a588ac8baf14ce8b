import { Ajv, type ValidateFunction } from 'ajv';
import type { ApiDocument, Operation, Schema } from './document.ts';

/** An answer, as far as it is looked at. */
export interface FuzzAnswer {
  status: number;
  /** Media type without its parameters. */
  type: string;
  text: string;
}

/** Codes of refusals that say: this part of the server is not configured, or what it stands on is away. */
const NOT_CONFIGURED = new Set(['service_unavailable', 'not_configured', 'provider_unavailable']);

/** Holds answers against what the document promises. */
export class AnswerChecker {
  private readonly ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: ApiDocument) {
    this.ajv.addSchema(toJsonSchema(document.json) as object, 'document');
  }

  /** @returns what is wrong with the answer, or `undefined` */
  problemOf(operation: Operation, { status, type, text }: FuzzAnswer): string | undefined {
    const response = operation.responses[String(status)] ?? operation.responses[`${String(status)[0]}XX`];
    if (!response) return `status ${status} is not documented`;
    const json = type.includes('json') ? parse(text) : undefined;
    if (json instanceof SyntaxError) return 'the body is not JSON';
    const code = (json as { code?: string } | undefined)?.code ?? '';
    if (status >= 500 && !(status === 503 && NOT_CONFIGURED.has(code))) return `status ${status} ${code}`;
    if (!response.content || text === '') return undefined;
    const content = response.content[type] ?? response.content['*/*'];
    if (!content) return `the media type ${type || '(none)'} of ${status} is not documented`;
    if (!content.schema || json === undefined) return undefined;
    const validate = this.validator(operation, status, type, content.schema);
    if (validate(json)) return undefined;
    const [error] = validate.errors ?? [];
    return `the body of ${status} misses its schema: ${error?.instancePath} ${error?.message}`;
  }

  private validator(operation: Operation, status: number, type: string, schema: Schema): ValidateFunction {
    const key = `${operation.operationId} ${status} ${type}`;
    let validator = this.validators.get(key);
    if (!validator) {
      const absolute = JSON.parse(
        JSON.stringify(toJsonSchema(schema)).replaceAll('"#/components', '"document#/components'),
      ) as object;
      validator = this.ajv.compile(absolute);
      this.validators.set(key, validator);
    }
    return validator;
  }
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return error;
  }
}

/** OpenAPI 3.0 says `nullable` where JSON Schema lists types. */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, member]) => [key, toJsonSchema(member)]));
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}
