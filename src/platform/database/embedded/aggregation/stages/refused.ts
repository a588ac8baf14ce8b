import { CommandError } from '../../errors.js';
import type { StageCompiler, StageDefinition } from './stage.js';

function refused(code: ConstructorParameters<typeof CommandError>[0], reason: string): StageDefinition {
  const compile: StageCompiler = (_spec, _stage, name) => {
    throw new CommandError(code, `${name} is not supported: ${reason}`);
  };
  return { compile, initial: true, outsideFacet: true };
}

const SEARCH = refused('CommandNotSupported', 'the engine has no search indexes');
const SERVER = refused('CommandNotSupported', 'the engine keeps no such information');

/** Stages that MongoDB has and this engine does not; each says why. */
export const REFUSED_STAGES: ReadonlyMap<string, StageDefinition> = new Map([
  ['$changeStream', refused(40573, 'change streams need a replica set')],
  ['$changeStreamSplitLargeEvent', refused(40573, 'change streams need a replica set')],
  ['$geoNear', refused('CommandNotSupported', 'the engine has no geospatial indexes')],
  ['$search', SEARCH],
  ['$searchMeta', SEARCH],
  ['$vectorSearch', SEARCH],
  ['$listSearchIndexes', SEARCH],
  ['$currentOp', SERVER],
  ['$listLocalSessions', SERVER],
  ['$listSessions', SERVER],
  ['$listSampledQueries', SERVER],
  ['$planCacheStats', SERVER],
  ['$querySettings', SERVER],
  ['$queryStats', SERVER],
  ['$shardedDataDistribution', SERVER],
]);
