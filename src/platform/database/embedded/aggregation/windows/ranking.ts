import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Sort } from '../../sort/sort.js';
import { isConstant } from '../constant.js';
import { compile } from '../scope.js';
import type { Scope } from '../scope.js';
import { asInt32, show } from '../values.js';
import type { WindowFunction } from './accumulating.js';
import type { Partition } from './partition.js';

/** Whether a document has the same sort values as the one before it. */
function isTied({ documents, sort }: Partition, position: number): boolean {
  return position > 0 && sort?.compare(documents[position - 1], documents[position]) === 0;
}

/** `$rank`, `$denseRank` and `$documentNumber`. */
export function ranking(
  name: string,
  argument: unknown,
  spec: object,
  sort: Sort | undefined,
): WindowFunction {
  if (Object.keys(spec).length > 1) {
    throw new CommandError(5371601, 'Rank style window functions take no other arguments');
  }
  if (!isDocument(argument) || Object.keys(argument).length > 0) {
    throw new CommandError(5371603, `${name} must be specified with '{}' as the value`);
  }
  if (sort?.keys.length !== 1) {
    throw new CommandError(
      5371602,
      `${name} must be specified with a top level sortBy expression with exactly one element`,
    );
  }
  if (name === '$documentNumber') return () => (position) => position + 1;
  const dense = name === '$denseRank';
  return (partition) => {
    let rank = 0;
    return (position) => {
      if (!isTied(partition, position)) rank = dense ? rank + 1 : position + 1;
      return rank;
    };
  };
}

const SHIFT_FIELDS = new Set(['output', 'by', 'default']);

/** `$shift`: an expression on the document so many places further on. */
export function shift(argument: unknown, spec: object, sort: Sort | undefined, scope: Scope): WindowFunction {
  const failure = (message: string): CommandError => new CommandError('FailedToParse', message);
  if (Object.keys(spec).length > 1) throw failure("$shift does not accept a 'window' field");
  if (!isDocument(argument)) throw failure(`$shift expects an object, found ${show(argument)}`);
  const unknownField = Object.keys(argument).find((key) => !SHIFT_FIELDS.has(key));
  if (unknownField !== undefined) throw failure(`Unknown argument in $shift: ${unknownField}`);
  if (sort === undefined) throw failure("'$shift' requires a sortBy");
  if (argument.output === undefined) throw failure("'$shift' requires an 'output' expression.");
  const by = asInt32(argument.by);
  if (by === undefined) throw failure(`'$shift:by' field must be an integer, but found ${show(argument.by)}`);
  const fallback = compile(argument.default ?? null, scope);
  if (!isConstant(fallback)) throw failure("'$shift:default' expression must yield a constant value.");
  const output = compile(argument.output, scope);
  return ({ documents }) =>
    (position) => {
      const target = position + by;
      return target >= 0 && target < documents.length ? output(documents[target]) : fallback({});
    };
}
