import { Decimal128, Double, EJSON } from 'bson';
import { encode } from '../../bson/codec.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { evaluate } from '../expression.js';
import type { ExpressionOptions } from '../expression.js';

/** What a row of a table expects: a value of exactly this BSON type (`undefined` is missing), or an error's code. */
export type Expectation = { readonly value: unknown } | { readonly code: number };

export const value = (expected: unknown): Expectation => ({ value: expected });
export const fails = (code: number): Expectation => ({ code });
export const missing: Expectation = { value: undefined };

/** An expression, the document it is evaluated on, and what comes out. */
export type Row = readonly [spec: unknown, document: Document, expectation: Expectation];

export const double = (number: number): Double => new Double(number);
export const decimal = (text: string): Decimal128 => Decimal128.fromString(text);

/** A text that two outcomes share exactly when they are the same, to the last bit and type. */
export function describeValue(result: unknown): string {
  if (result === undefined) return 'missing';
  const bytes = Buffer.from(encode({ value: result }));
  return `${EJSON.stringify({ value: result }, { relaxed: false })} ${bytes.toString('hex')}`;
}

/** The outcome of an action as a text. */
export function outcomeOf(action: () => unknown): string {
  try {
    return describeValue(action());
  } catch (error) {
    if (error instanceof CommandError) return `error ${error.code}`;
    throw error;
  }
}

/** What a row expects, as a text. */
export function describeExpectation(expectation: Expectation): string {
  return 'code' in expectation ? `error ${expectation.code}` : describeValue(expectation.value);
}

export interface TitledRow {
  readonly title: string;
  readonly outcome: () => string;
  readonly expected: string;
}

/** Rows for `test.each('$title')`. */
export function titled(rows: readonly Row[], options: ExpressionOptions = {}): TitledRow[] {
  return rows.map(([spec, document, expectation], index) => ({
    title: `${index}: ${text(spec)} on ${text(document)}`.slice(0, 160),
    outcome: () => outcomeOf(() => evaluate(spec, document, options)),
    expected: describeExpectation(expectation),
  }));
}

function text(part: unknown): string {
  return (
    JSON.stringify(part, (_key, field: unknown) => (typeof field === 'bigint' ? `${field}n` : field)) ??
    'undefined'
  );
}
