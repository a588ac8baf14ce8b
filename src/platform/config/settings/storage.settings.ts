import { Integer } from '../setting.decorator.js';
import { TenancySettings } from './tenancy.settings.js';

/** Bounds of the storage service. */
export class StorageSettings extends TenancySettings {
  @Integer(1, 100_000, { group: 'Storage', about: 'Documents in a list that names no `limit`.' })
  readonly STORAGE_DEFAULT_LIMIT: number = 100;

  @Integer(1, 100_000, { group: 'Storage', about: 'Most documents in one list or one pipeline result.' })
  readonly STORAGE_MAX_LIMIT: number = 1000;

  @Integer(1, 100_000, { group: 'Storage', about: 'Most documents in one insert.' })
  readonly STORAGE_MAX_INSERT: number = 1000;

  @Integer(1, 1000, {
    group: 'Storage',
    about: 'Most stages in one pipeline, those of sub-pipelines included.',
  })
  readonly STORAGE_MAX_STAGES: number = 50;

  @Integer(2, 200, { group: 'Storage', about: 'Deepest nesting of a query, an update or a pipeline.' })
  readonly STORAGE_MAX_QUERY_DEPTH: number = 20;

  @Integer(1, 100_000, { group: 'Storage', about: 'Most values in one list of a query, such as `$in`.' })
  readonly STORAGE_MAX_LIST: number = 1000;

  @Integer(1, 32_764, { group: 'Storage', about: 'Longest regular expression, in characters.' })
  readonly STORAGE_MAX_PATTERN: number = 512;

  @Integer(1, 100_000, {
    group: 'Storage',
    about: 'Most documents that one update may change where rules or a schema look at each of them.',
  })
  readonly STORAGE_MAX_CHECKED_UPDATE: number = 1000;
}
