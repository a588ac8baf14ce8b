export { Conversations } from './conversations/conversations.service.js';
export type { ConverseAnswer } from './converse/converse-answer.js';
export { ConverseService } from './converse/converse.service.js';
export type { ConverseRequest } from './converse/task.js';
export { GenerationModule } from './generation.module.js';
export {
  GenerationHooks,
  type GenerationHook,
  type PlannedCall,
} from './metering/generation-hooks.service.js';
export type { UsageRow } from './metering/usage-row.js';
export { ModelsService } from './models.service.js';
export {
  GenerationTools,
  type GenerationTool,
  type ToolContext,
  type ToolSource,
} from './tools/generation-tools.service.js';
