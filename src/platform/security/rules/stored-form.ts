import { mongo } from 'mongoose';
import { compileFilter, decode, encode, type Document } from '../../database/embedded/index.js';

/** A document as a database will store it, with the types that the engine's own functions compare. */
export const storedForm = (document: mongo.Document): Document =>
  decode(mongo.BSON.serialize(document, { ignoreUndefined: true }));

/** A document in {@link storedForm}, in the types that the driver gives. */
export const driverForm = (document: Document): mongo.Document => mongo.BSON.deserialize(encode(document));

/** The test of a filter, by the code with which the embedded engine finds documents. */
export function matcherOf(filter: mongo.Document): (document: mongo.Document) => boolean {
  const { matches } = compileFilter(storedForm(filter));
  return (document) => matches(storedForm(document));
}
