import { BSON, Timestamp } from 'bson';
import { isDocument } from '../../bson/types.js';
import { makeDouble } from '../../bson/numbers.js';
import { CommandError } from '../../errors.js';
import { constant } from '../constant.js';
import { typeName } from '../values.js';
import { unary } from './arguments.js';
import type { Operator, OperatorFamily } from './arguments.js';

const literal: Operator = (argument) => constant(argument);

const rand: Operator = (argument) => {
  const empty = Array.isArray(argument)
    ? argument.length === 0
    : isDocument(argument) && Object.keys(argument).length === 0;
  if (!empty) throw new CommandError(3040501, '$rand does not currently accept arguments');
  return () => makeDouble(Math.random());
};

const bsonSize = unary((value) => {
  if (value == null) return null;
  if (!isDocument(value)) {
    throw new CommandError(31393, `$bsonSize requires a document input, found: ${typeName(value)}`);
  }
  return BSON.calculateObjectSize(value);
});

function timestampPart(read: (timestamp: Timestamp) => number, code: number): Operator {
  return unary((value, _scope, name) => {
    if (value == null) return null;
    if (!(value instanceof Timestamp)) {
      throw new CommandError(code, `${name} requires a timestamp argument, found: ${typeName(value)}`);
    }
    return BigInt(read(value));
  });
}

/** An operator that MongoDB has and this engine refuses by name. */
function refused(reason: string): Operator {
  return (_argument, _scope, name) => {
    throw new CommandError('CommandNotSupported', `${name} is not supported: ${reason}`);
  };
}

const META_NAMES = new Set([
  'textScore',
  'searchScore',
  'searchHighlights',
  'searchScoreDetails',
  'geoNearDistance',
  'geoNearPoint',
  'recordId',
  'indexKey',
  'sortKey',
  'randVal',
  'timeseriesBucketMinTime',
  'timeseriesBucketMaxTime',
]);

const meta: Operator = (argument, _scope, name) => {
  if (typeof argument !== 'string') throw new CommandError(17307, '$meta only supports string arguments');
  if (!META_NAMES.has(argument)) throw new CommandError(17308, `Unsupported argument to $meta: ${argument}`);
  throw new CommandError(
    'CommandNotSupported',
    `${name} is not supported: documents carry no '${argument}' here`,
  );
};

export const miscOperators: OperatorFamily = [
  ['$literal', literal],
  ['$const', literal],
  ['$rand', rand],
  ['$bsonSize', bsonSize],
  ['$tsSecond', timestampPart((timestamp) => timestamp.getHighBitsUnsigned(), 5687301)],
  ['$tsIncrement', timestampPart((timestamp) => timestamp.getLowBitsUnsigned(), 5687302)],
  ['$meta', meta],
  ['$function', refused('the engine runs no JavaScript')],
  ['$toHashedIndexKey', refused('the engine has no hashed indexes')],
];
