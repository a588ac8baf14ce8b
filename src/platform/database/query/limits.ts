import type { Config } from '../../config/config.js';

/** Bounds of what a caller may write. */
export interface QueryLimits {
  /** Deepest nesting of a query, an update or a pipeline; also the longest dotted path, in names. */
  depth: number;
  /** Deepest nesting of a document. */
  documentDepth: number;
  /** Most members of one list or one object of operators. */
  list: number;
  /** Most stages of a pipeline, those of sub-pipelines included. */
  stages: number;
  /** Longest regular expression, in characters. */
  pattern: number;
}

/** The bounds that the settings name. */
export function queryLimits(config: Config): QueryLimits {
  return {
    depth: config.STORAGE_MAX_QUERY_DEPTH,
    documentDepth: config.MAX_JSON_DEPTH,
    list: config.STORAGE_MAX_LIST,
    stages: config.STORAGE_MAX_STAGES,
    pattern: config.STORAGE_MAX_PATTERN,
  };
}
