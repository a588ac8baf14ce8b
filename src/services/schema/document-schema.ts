import type { ErrorObject } from 'ajv';
import { mongo } from 'mongoose';
import { jsonForm } from '../../platform/database/query/json-form.js';
import type { Plain } from '../../platform/database/query/walk.js';
import { CoglexError, type FieldError } from '../../platform/errors/coglex-error.js';
import type { CompiledDeclaration } from '../../platform/security/rules/compiled-declaration.js';
import type { HiddenFields } from '../../platform/security/rules/hidden-fields.js';
import { compileSchema, type Validator } from './compile-schema.js';

/** Fields that the server adds to every document; a schema need not know of them. */
const SERVER_FIELDS = ['_id', '_inserted', '_patched'];

/** What every document of a collection must be like, and what it has when nothing is said. */
export class DocumentSchema {
  private readonly validate?: Validator;
  private readonly defaults: Plain;
  /** Fields that come from the server and that the schema does not name: they are not its business. */
  private readonly ignored: readonly string[];

  /** @throws CoglexError `schema_refused` */
  constructor({ declaration, stamp }: CompiledDeclaration, defaults: Plain) {
    const { schema } = declaration;
    this.validate = schema && compileSchema(schema);
    this.defaults = defaults;
    const named = new Set([...Object.keys(asObject(schema?.properties)), ...asList(schema?.required)]);
    this.ignored = [...SERVER_FIELDS, ...stamp.fields].filter((field) => !named.has(field));
  }

  /** Whether there is anything to check. */
  get isStrict(): boolean {
    return this.validate !== undefined;
  }

  /** Gives a new document the fields that it lacks, in place. */
  complete(document: Plain): void {
    for (const [field, value] of Object.entries(this.defaults))
      if (!Object.hasOwn(document, field)) document[field] = value;
  }

  /** Whether a stored document fulfils the schema. */
  accepts(document: mongo.Document): boolean {
    return this.faultsOf(document).length === 0;
  }

  /**
   * @param place JSON Pointer of the document in the request
   * @param hidden fields of which the caller must learn nothing
   * @throws CoglexError `document_refused` with the faults
   */
  check(document: mongo.Document, place: string, hidden: HiddenFields): void {
    const all = this.faultsOf(document);
    if (all.length === 0) return;
    const faults = all.filter(({ field }) => !hidden.touches(pathOf(field)));
    const [first] = faults;
    throw new CoglexError('document_refused', {
      detail: first
        ? `The document does not fulfil the schema of its collection: ${first.field || 'it'} ${first.message}.`
        : 'The document does not fulfil the schema of its collection.',
      errors: faults.map(({ field, message }) => ({ field: `${place}${field}`, message })),
    });
  }

  private faultsOf(document: mongo.Document): FieldError[] {
    if (!this.validate) return [];
    try {
      return this.validate(this.asJson(document)).map((fault) => ({
        field: pointerOf(fault),
        message: fault.message ?? 'is not valid',
      }));
    } catch {
      // A schema that refers to itself without end.
      return [{ field: '', message: 'cannot be checked' }];
    }
  }

  /** The document as a client would read it. */
  private asJson(document: mongo.Document): unknown {
    const copy = mongo.BSON.deserialize(mongo.BSON.serialize(document, { ignoreUndefined: true }));
    for (const field of this.ignored) delete copy[field];
    return JSON.parse(JSON.stringify(jsonForm(copy)));
  }
}

/** Where a fault is; one that is about a member of an object names that. */
function pointerOf({ instancePath, params }: ErrorObject): string {
  const { missingProperty, additionalProperty } = params as Record<string, unknown>;
  const member = missingProperty ?? additionalProperty;
  if (typeof member !== 'string') return instancePath;
  return `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

const pathOf = (pointer: string): string => pointer.slice(1).replaceAll('/', '.');

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
