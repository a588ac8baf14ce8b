import { compareResults, equalResults } from '../compare.js';
import { binary } from './arguments.js';
import type { Operator, OperatorFamily } from './arguments.js';

/** Comparison in total BSON order, across types; missing is below `null`. */
function ordered(accept: (order: number) => boolean): Operator {
  return binary((left, right, { collation }) => accept(compareResults(left, right, collation)));
}

export const comparisonOperators: OperatorFamily = [
  ['$eq', binary((left, right, { collation }) => equalResults(left, right, collation))],
  ['$ne', binary((left, right, { collation }) => !equalResults(left, right, collation))],
  ['$gt', ordered((order) => order > 0)],
  ['$gte', ordered((order) => order >= 0)],
  ['$lt', ordered((order) => order < 0)],
  ['$lte', ordered((order) => order <= 0)],
  ['$cmp', binary((left, right, { collation }) => Math.sign(compareResults(left, right, collation)))],
];
