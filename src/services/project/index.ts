export { ProjectModule } from './project.module.js';
export type { ProjectEvent } from './project-events.js';
