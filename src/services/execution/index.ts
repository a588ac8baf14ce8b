export type { OutcomeDto } from './dto/outcome.dto.js';
export { ExecutionModule } from './execution.module.js';
export { Schedules } from './schedules/schedules.service.js';
export { Invocations } from './runs/invocations.service.js';
