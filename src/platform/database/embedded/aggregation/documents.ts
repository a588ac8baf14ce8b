import { isIntegerLike, keysOf, rememberOrder } from '../bson/key-order.js';
import { setOwn } from '../bson/types.js';
import type { Document } from '../types.js';

/** The fields of a document in BSON's order. */
export function entriesOf(document: Document): [string, unknown][] {
  return keysOf(document).map((key) => [key, document[key]]);
}

/** Makes a document field by field; a field that is set twice keeps its first place. */
export class DocumentBuilder {
  private readonly document: Document = {};
  private order: string[] | undefined;

  set(key: string, value: unknown): void {
    const code = key.charCodeAt(0);
    if (this.order === undefined && code >= 48 && code <= 57 && isIntegerLike(key)) {
      this.order = Object.keys(this.document);
    }
    if (this.order !== undefined && !Object.hasOwn(this.document, key)) this.order.push(key);
    setOwn(this.document, key, value);
  }

  /** Copies all fields of another document. */
  assign(source: Document): void {
    for (const key of keysOf(source)) this.set(key, source[key]);
  }

  finish(): Document {
    if (this.order !== undefined) rememberOrder(this.document, this.order);
    return this.document;
  }
}

/** Adds a field that is not there yet to a document that the caller owns. */
export function appendField(document: Document, key: string, value: unknown): void {
  if (!isIntegerLike(key)) {
    setOwn(document, key, value);
    return;
  }
  const order = [...keysOf(document), key];
  setOwn(document, key, value);
  rememberOrder(document, order);
}
