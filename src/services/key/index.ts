export { KeyModule } from './key.module.js';
export type { KeyEvent } from './key-events.js';
