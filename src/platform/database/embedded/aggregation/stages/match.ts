import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { compileFilter } from '../../query/filter.js';
import { expressionOptions, mapping } from './stage.js';
import type { StageCompiler } from './stage.js';

export const match: StageCompiler = (spec, { scope }) => {
  if (!isDocument(spec)) throw new CommandError(15959, 'the match filter must be an expression in an object');
  const filter = compileFilter(spec, expressionOptions(scope));
  return mapping((document) => (filter.matches(document) ? document : undefined));
};
