import { isNumeric } from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Sort } from '../../sort/sort.js';
import { compareResults } from '../compare.js';
import { isConstant } from '../constant.js';
import { isTimeUnit } from '../dates/arithmetic.js';
import type { TimeUnit } from '../dates/arithmetic.js';
import { compile } from '../scope.js';
import type { Scope } from '../scope.js';
import { asInt32, show } from '../values.js';

/** One end of a window, relative to the current document. */
export type Bound<Offset> = 'unbounded' | Offset;

/** Which documents a window holds: by their number, or by the distance of their sort values. */
export type WindowBounds =
  | { readonly kind: 'documents'; readonly lower: Bound<number>; readonly upper: Bound<number> }
  | {
      readonly kind: 'range';
      readonly lower: Bound<BsonNumber>;
      readonly upper: Bound<BsonNumber>;
      readonly unit: TimeUnit | undefined;
    };

export const WHOLE_PARTITION: WindowBounds = { kind: 'documents', lower: 'unbounded', upper: 'unbounded' };
export const UP_TO_CURRENT: WindowBounds = { kind: 'documents', lower: 'unbounded', upper: 0 };

function failure(message: string): CommandError {
  return new CommandError('FailedToParse', message);
}

/** Reads a `window` argument; an absent one is the whole partition. */
export function parseBounds(spec: unknown, sort: Sort | undefined, scope: Scope): WindowBounds {
  if (spec === undefined) return WHOLE_PARTITION;
  if (!isDocument(spec)) throw failure("'window' field must be an object");
  const { documents, range, unit, ...others } = spec;
  const [unknownField] = Object.keys(others);
  if (unknownField !== undefined) throw failure(`'window' field has an unknown argument: ${unknownField}`);
  if (documents !== undefined && range !== undefined) {
    throw failure("Window bounds can specify either 'documents' or 'range', not both.");
  }
  if (range === undefined && unit !== undefined) {
    throw failure("Window bounds can only specify 'unit' with range-based bounds.");
  }
  if (documents !== undefined) return documentBounds(documents, sort, scope);
  if (range !== undefined) return rangeBounds(range, unit, sort, scope);
  return WHOLE_PARTITION;
}

function documentBounds(spec: unknown, sort: Sort | undefined, scope: Scope): WindowBounds {
  const [lower, upper] = pair(spec).map((bound) =>
    parseBound(bound, scope, 0, (value) => {
      const offset = asInt32(value);
      if (offset === undefined) throw failure('Numeric document-based bounds must be an integer');
      return offset;
    }),
  );
  requireForward(lower, upper);
  if ((lower !== 'unbounded' || upper !== 'unbounded') && sort === undefined) {
    throw new CommandError(5339901, 'Document-based bounds require a sortBy');
  }
  return { kind: 'documents', lower, upper };
}

function rangeBounds(spec: unknown, unit: unknown, sort: Sort | undefined, scope: Scope): WindowBounds {
  if (unit !== undefined && typeof unit !== 'string') throw failure("'unit' must be a string");
  if (unit !== undefined && !isTimeUnit(unit)) throw failure(`unknown time unit value: ${unit}`);
  const [lower, upper] = pair(spec).map((bound) =>
    parseBound<BsonNumber>(bound, scope, 0, (value) => {
      if (unit !== undefined && asInt32(value) === undefined) {
        throw failure("With 'unit', range-based bounds must be an integer");
      }
      if (!isNumeric(value)) throw failure('Range-based bounds expression must be a number');
      return value;
    }),
  );
  requireForward(lower, upper);
  if (sort?.keys.length !== 1) {
    throw new CommandError(5339902, 'Range-based bounds require sortBy a single field');
  }
  if (sort.keys[0].direction !== 1) {
    throw new CommandError(8947401, 'Range-based bounds require an ascending sortBy');
  }
  return { kind: 'range', lower, upper, unit };
}

function pair(spec: unknown): [unknown, unknown] {
  if (!Array.isArray(spec) || spec.length !== 2) {
    throw failure(`Window bounds must be a 2-element array: ${show(spec)}`);
  }
  return spec as [unknown, unknown];
}

function parseBound<Offset>(
  spec: unknown,
  scope: Scope,
  current: Offset,
  read: (value: unknown) => Offset,
): Bound<Offset> {
  if (spec === 'unbounded') return 'unbounded';
  if (spec === 'current') return current;
  if (typeof spec === 'string') throw failure("Window bounds must be 'unbounded', 'current', or a number.");
  const expression = compile(spec, scope);
  if (!isConstant(expression)) throw failure('Window bounds expression must be a constant.');
  return read(expression({}));
}

function requireForward(lower: Bound<BsonNumber>, upper: Bound<BsonNumber>): void {
  if (lower !== 'unbounded' && upper !== 'unbounded' && compareResults(lower, upper) > 0) {
    throw new CommandError(
      5339900,
      `Lower bound must not exceed upper bound: [${show(lower)}, ${show(upper)}]`,
    );
  }
}
