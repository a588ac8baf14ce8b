import { Integer } from '../setting.decorator.js';
import { GenerationSettings } from './generation.settings.js';

/** Code that runs for others. */
export class ExecutionSettings extends GenerationSettings {
  @Integer(1, 64, { group: 'Execution', about: 'Most runs of code at once.' })
  readonly EXECUTION_MAX_RUNS: number = 4;
}
