import { isDocument } from '../../bson/types.js';
import type { Document, Rows } from '../../types.js';
import { bindVariables } from './bind-variables.js';
import { splitHead } from './head.js';
import type { PipelineHead } from './head.js';
import type { NestedOptions, StageContext } from './stage.js';

/**
 * Compiles a pipeline over another collection, with the head of it served by the planner; each call of the result runs
 * it with the current values of its variables.
 *
 * @param extra makes a further filter for each run
 */
export function scanFor(
  { nested, context, scope }: StageContext,
  stages: readonly Document[],
  options: NestedOptions,
  extra?: () => Document,
): () => Rows {
  const head: PipelineHead = splitHead(stages);
  // Compiling all stages once checks also those that the planner will serve.
  nested(stages, options);
  const rest = nested(head.rest, options);
  const { collection } = options;
  if (collection === undefined || !rest.needsSource) return () => rest.run([]);
  const { filter, sort, skip, limit } = head;
  const variables = new Map<string, unknown>([...scope.variables, ...(options.variables ?? [])]);
  return () => {
    const filters = [filter === undefined ? undefined : bindVariables(filter, variables), extra?.()].filter(
      isDocument,
    );
    const query = {
      filter: filters.length > 1 ? { $and: filters } : filters[0],
      sort,
      skip,
      limit,
      collation: context.collation,
    };
    return rest.run(context.scan(collection, query));
  };
}
