import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { group } from './group.js';
import { sort } from './sort.js';
import type { StageCompiler } from './stage.js';
import { show } from '../values.js';

/** `$sortByCount` is a `$group` that counts, sorted by the count. */
export const sortByCount: StageCompiler = (spec, stage) => {
  if (isDocument(spec)) {
    if (!Object.keys(spec)[0]?.startsWith('$')) {
      throw new CommandError(
        40147,
        `the sortByCount field must be defined as a $-prefixed path or an expression, found ${show(spec)}`,
      );
    }
  } else if (typeof spec !== 'string') {
    throw new CommandError(40149, 'the sortByCount field must be specified as a string or as an object');
  } else if (!spec.startsWith('$')) {
    throw new CommandError(
      40148,
      `the sortByCount field must be defined as a $-prefixed path or an expression, found ${show(spec)}`,
    );
  }
  const grouped = group({ _id: spec, count: { $sum: 1 } }, stage, '$group');
  const sorted = sort({ count: -1 }, stage, '$sort');
  return (source) => sorted(grouped(source));
};
