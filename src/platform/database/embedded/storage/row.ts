import { decode, decodeFields } from '../bson/codec.js';
import type { Document } from '../types.js';

/** A stored document: its bytes, and its values once somebody asks for them. */
export class Row {
  private decoded?: Document;

  constructor(
    /** Record id within the collection; ascending in the order of insertion. */
    readonly id: number,
    readonly bytes: Buffer,
  ) {}

  get document(): Document {
    return (this.decoded ??= decode(this.bytes));
  }

  /**
   * The document with at least these fields.
   *
   * @param fields `undefined` for all
   */
  select(fields: ReadonlySet<string> | undefined): Document {
    return this.decoded ?? (fields ? decodeFields(this.bytes, fields) : this.document);
  }
}
