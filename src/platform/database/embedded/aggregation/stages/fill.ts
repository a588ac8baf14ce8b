import { keysOf } from '../../bson/key-order.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { DocumentBuilder, entriesOf } from '../documents.js';
import { requireFields, stringList, wrongType } from './idl.js';
import { addFields } from './add-fields.js';
import { setWindowFields } from './set-window-fields.js';
import type { Stage, StageCompiler } from './stage.js';

const METHODS: Readonly<Record<string, string>> = { locf: '$locf', linear: '$linearFill' };

/** `$fill` is shorthand: a method is a window function, a value an `$ifNull`. */
export const fill: StageCompiler = (spec, stage, name) => {
  const fields = requireFields(spec, name, ['output'], ['sortBy', 'partitionBy', 'partitionByFields']);
  const { output } = fields;
  if (!isDocument(output)) throw wrongType(name, 'output', output, 'object');
  if (keysOf(output).length === 0) {
    throw new CommandError(
      6050203,
      "The output field in '$fill' must contain an object with at least one element",
    );
  }
  const windows = new DocumentBuilder();
  const values = new DocumentBuilder();
  for (const [field, how] of entriesOf(output)) {
    const { method, value } = readMethod(field, how);
    if (method !== undefined) windows.set(field, { [method]: `$${field}` });
    else values.set(field, { $ifNull: [`$${field}`, value] });
  }
  const windowOutput = windows.finish();
  const valueFields = values.finish();
  const stages: Stage[] = [];
  if (keysOf(windowOutput).length > 0) {
    stages.push(setWindowFields(windowSpec(fields, windowOutput, name), stage, '$setWindowFields'));
  }
  if (keysOf(valueFields).length > 0) stages.push(addFields(valueFields, stage, '$addFields'));
  return (source) => stages.reduce((rows, run) => run(rows), source);
};

function readMethod(field: string, how: unknown): { method: string | undefined; value: unknown } {
  if (!isDocument(how)) {
    throw new CommandError(
      6050200,
      `Each fill output specification must be an object with exactly one field: ${field}`,
    );
  }
  for (const key of Object.keys(how)) {
    if (key !== 'method' && key !== 'value') {
      throw new CommandError(40415, `BSON field '$fill.${key}' is an unknown field.`);
    }
  }
  const { method, value } = how;
  if ((method === undefined) === (value === undefined)) {
    throw new CommandError(
      6050201,
      "Each fill output specification must have exactly one of 'method' or 'value' fields",
    );
  }
  if (method === undefined) return { method: undefined, value };
  if (typeof method !== 'string' || !Object.hasOwn(METHODS, method)) {
    throw new CommandError(6050202, 'Method must be either locf or linear');
  }
  return { method: METHODS[method], value: undefined };
}

function windowSpec(fields: Document, output: Document, name: string): Document {
  const { sortBy, partitionBy } = fields;
  const partitionByFields = stringList(fields, 'partitionByFields', name);
  if (partitionBy !== undefined && partitionByFields !== undefined) {
    throw new CommandError(
      6050204,
      "Maximum one of 'partitionBy' and 'partitionByFields' can be specified in '$fill'",
    );
  }
  const spec: Document = { output };
  if (sortBy !== undefined) spec.sortBy = sortBy;
  if (partitionBy !== undefined) spec.partitionBy = partitionBy;
  if (partitionByFields !== undefined) {
    const partition = new DocumentBuilder();
    // A dotted name is no field of an object expression, so the parts get names of their own.
    partitionByFields.forEach((path, index) => {
      partition.set(`p${index}`, `$${path}`);
    });
    spec.partitionBy = partition.finish();
  }
  return spec;
}
