import { Bytes, Duration, Integer } from '../setting.decorator.js';
import { GenerationSettings } from './generation.settings.js';

/** Code that runs for others. */
export class ExecutionSettings extends GenerationSettings {
  @Integer(1, 64, { group: 'Execution', about: 'Most runs of code at once.' })
  readonly EXECUTION_MAX_RUNS: number = 4;

  @Integer(0, 10_000, {
    group: 'Execution',
    about: 'Most calls that wait for a free place; further ones are answered 429.',
  })
  readonly EXECUTION_MAX_WAITING: number = 16;

  @Integer(1, 100_000, {
    group: 'Execution',
    about: 'Most asynchronous runs of a project that wait; further ones are answered 429.',
  })
  readonly EXECUTION_MAX_QUEUED: number = 1000;

  @Integer(1, 900_000, { group: 'Execution', about: 'Time of a run that names none, in milliseconds.' })
  readonly EXECUTION_TIMEOUT_MS: number = 10_000;

  @Integer(1, 900_000, { group: 'Execution', about: 'Longest time that a run may ask for, in milliseconds.' })
  readonly EXECUTION_MAX_TIMEOUT_MS: number = 60_000;

  @Integer(16, 2048, { group: 'Execution', about: 'Memory of a run that names none, in MiB.' })
  readonly EXECUTION_MEMORY: number = 128;

  @Integer(16, 2048, { group: 'Execution', about: 'Most memory that a run may ask for, in MiB.' })
  readonly EXECUTION_MAX_MEMORY: number = 256;

  @Bytes(1024, 16 * 1024 ** 2, { group: 'Execution', about: 'Most output and result of a run together.' })
  readonly EXECUTION_MAX_OUTPUT: number = 1024 ** 2;

  @Bytes(1024, 4 * 1024 ** 2, { group: 'Execution', about: 'Longest code of a function.' })
  readonly EXECUTION_MAX_CODE: number = 256 * 1024;

  @Integer(0, 100_000, { group: 'Execution', about: 'Most calls of the `coglex` module in one run.' })
  readonly EXECUTION_MAX_CALLS: number = 1000;

  @Integer(0, 10, { group: 'Execution', about: 'How deep functions may invoke functions.' })
  readonly EXECUTION_MAX_DEPTH: number = 4;

  @Integer(1, 100_000, { group: 'Execution', about: 'Most stored functions of a project.' })
  readonly EXECUTION_MAX_FUNCTIONS: number = 1000;

  @Duration(1, 86_400, {
    group: 'Execution',
    about: 'Time after which a sandbox that nobody uses is ended.',
    shownDefault: '5m',
  })
  readonly EXECUTION_IDLE: number = 300;

  @Duration(60, 365 * 86_400, {
    group: 'Execution',
    about: 'Time for which asynchronous runs and their logs are kept.',
    shownDefault: '7d',
  })
  readonly EXECUTION_RETENTION: number = 7 * 86_400;
}
