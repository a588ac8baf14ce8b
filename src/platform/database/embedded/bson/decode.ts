import type { Document } from '../types.js';
import { malformed, Reader } from './reader.js';
import { setOwn } from './types.js';

/**
 * Decodes one BSON document.
 *
 * What JavaScript cannot hold is lost or refused: of a key that appears twice the last value stays, the deprecated
 * type `undefined` becomes `null`, the payload of a NaN is normalised; text that is no UTF-8 and dates beyond
 * JavaScript's range are errors.
 *
 * @throws CommandError `InvalidBSON` (22) for malformed bytes, `Overflow` for a document nested deeper than 200 levels
 */
export function decode(bytes: Uint8Array): Document {
  const reader = new Reader(bytes);
  if (bytes.length < 5 || reader.int32() !== bytes.length) throw malformed('wrong document length');
  return reader.document(bytes.length, 1);
}

/** Reads one top-level field without decoding the others; `undefined` when the document has no such field. */
export function readField(bytes: Uint8Array, name: string): unknown {
  const reader = new Reader(bytes);
  if (bytes.length < 5 || reader.int32() !== bytes.length) throw malformed('wrong document length');
  for (;;) {
    const type = reader.byte();
    if (type === 0) return undefined;
    if (reader.key() === name) return reader.value(type, 1);
    reader.skip(type);
  }
}

/**
 * Decodes only some top-level fields, in the document's order; worth it where most of a document is not needed, as for
 * a filter that rejects it.
 */
export function decodeFields(bytes: Uint8Array, names: ReadonlySet<string>): Document {
  const reader = new Reader(bytes);
  if (bytes.length < 5 || reader.int32() !== bytes.length) throw malformed('wrong document length');
  const document: Document = {};
  for (let missing = names.size; missing > 0;) {
    const type = reader.byte();
    if (type === 0) break;
    const key = reader.key();
    if (names.has(key)) {
      setOwn(document, key, reader.value(type, 1));
      missing--;
    } else {
      reader.skip(type);
    }
  }
  return document;
}
