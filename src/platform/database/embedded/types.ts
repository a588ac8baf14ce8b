/**
 * A decoded BSON document.
 *
 * Values keep their BSON type, so that a document survives a read and a write unchanged:
 * - int32 is a `number` that is an integer within int32 (and not -0); every other `number` is a double
 * - a double that looks like an int32 (`5.0`) is bson's `Double`
 * - int64 is a `bigint`
 * - everything else is bson's own class (`ObjectId`, `Decimal128`, `Binary`, `BSONRegExp`, `Timestamp`, …),
 *   `Date`, `string`, `boolean`, `null`, an array or a nested document
 */
export type Document = Record<string, unknown>;

/**
 * Yielded between documents by every scan and stage that works for long without a result, so that the
 * executor can look at the clock, at `killCursors` and at a closed connection, and let other clients run.
 */
export const TICK: unique symbol = Symbol('tick');

/** A lazy flow of documents; consumers pass {@link TICK} on and otherwise ignore it. */
export type Rows = Iterable<Document | typeof TICK>;

/** A simple collation as the driver sends it; `undefined` means binary comparison. */
export interface Collation {
  locale: string;
  strength?: 1 | 2 | 3 | 4 | 5;
  caseLevel?: boolean;
  caseFirst?: 'upper' | 'lower' | 'off';
  numericOrdering?: boolean;
}
