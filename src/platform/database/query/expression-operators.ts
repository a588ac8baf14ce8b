/**
 * Operators of expressions whose arguments are expressions, alone, in a list or by name. Not among them, and so
 * refused: `$function` and `$accumulator` (they run JavaScript), `$meta` (text search), internal ones, and those
 * of {@link ./expressions.ts} with a form of their own.
 */
export const EXPRESSION_OPERATORS: ReadonlySet<string> = new Set(
  `
  abs add ceil divide exp floor ln log log10 mod multiply pow round sqrt subtract trunc
  sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh degreesToRadians radiansToDegrees
  bitAnd bitOr bitXor bitNot
  and or not cmp eq gt gte lt lte ne cond ifNull switch
  arrayElemAt arrayToObject concatArrays first firstN in indexOfArray isArray last lastN maxN minN objectToArray
  range reverseArray size slice sortArray zip
  allElementsTrue anyElementTrue setDifference setEquals setIntersection setIsSubset setUnion
  mergeObjects
  concat indexOfBytes indexOfCP ltrim replaceAll replaceOne rtrim split strLenBytes strLenCP strcasecmp substr
  substrBytes substrCP toLower toUpper trim
  dateAdd dateDiff dateFromParts dateFromString dateSubtract dateToParts dateToString dateTrunc dayOfMonth
  dayOfWeek dayOfYear hour isoDayOfWeek isoWeek isoWeekYear millisecond minute month second week year
  tsIncrement tsSecond
  convert isNumber toBool toDate toDecimal toDouble toInt toLong toObjectId toString type
  avg max min sum stdDevPop stdDevSamp median percentile
  binarySize bsonSize rand
  `
    .trim()
    .split(/\s+/)
    .map((name) => `$${name}`),
);

/** Accumulators of `$group`, `$bucket` and `$bucketAuto`. */
export const ACCUMULATORS: ReadonlySet<string> = new Set([
  '$addToSet',
  '$avg',
  '$bottom',
  '$bottomN',
  '$count',
  '$first',
  '$firstN',
  '$last',
  '$lastN',
  '$max',
  '$maxN',
  '$median',
  '$mergeObjects',
  '$min',
  '$minN',
  '$percentile',
  '$push',
  '$stdDevPop',
  '$stdDevSamp',
  '$sum',
  '$top',
  '$topN',
]);

/** What `$setWindowFields` computes beside the accumulators. */
export const WINDOW_OPERATORS: ReadonlySet<string> = new Set([
  '$covariancePop',
  '$covarianceSamp',
  '$denseRank',
  '$derivative',
  '$documentNumber',
  '$expMovingAvg',
  '$integral',
  '$linearFill',
  '$locf',
  '$rank',
  '$shift',
]);
