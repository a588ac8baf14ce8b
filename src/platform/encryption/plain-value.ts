import { mongo } from 'mongoose';
import { decode, encode, encodeIndexValue } from '../database/embedded/index.js';

/** Lengths are rounded up to a multiple of this, so that they tell little of short values. */
const BLOCK_BYTES = 32;

/** In which types values come: those of the driver, or those of the embedded engine. */
export interface ValueForm {
  /** BSON of the document `{v: value}`. */
  toBson(value: unknown): Uint8Array;
  fromBson(bytes: Uint8Array): unknown;
}

/** Values as the driver takes and gives them. */
export const DRIVER_FORM: ValueForm = {
  toBson: (v) => mongo.BSON.serialize({ v }, { ignoreUndefined: true }),
  fromBson: (bytes) => mongo.BSON.deserialize(bytes).v as unknown,
};

/** Values in the types by which the engine's functions compare and change them. */
export const ENGINE_FORM: ValueForm = {
  toBson: (v) => encode({ v }),
  fromBson: (bytes) => decode(bytes).v,
};

/** BSON says its own length, so that zeros behind it are no part of it. */
export function padded(bson: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bson.length / BLOCK_BYTES) * BLOCK_BYTES);
  bytes.set(bson);
  return bytes;
}

/** Takes away what {@link padded} has added. */
export const unpadded = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(0, new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true));

/**
 * What values are compared by: bytes that are equal when MongoDB takes the values to be equal, so that 1 is 1.0 and
 * not "1". The first is the value itself; a list is followed by its elements, by which a query finds it too.
 */
export function canonicalForms(bson: Uint8Array): Uint8Array[] {
  const value = decode(bson).v;
  const whole = encodeIndexValue(value, 1);
  return Array.isArray(value) ? [whole, ...value.map((element) => encodeIndexValue(element, 1))] : [whole];
}
