export { ArchiveModule } from './archive.module.js';
export { FileStore } from './file-store.service.js';
export type { DriverName } from './drivers/file-driver.js';
export { Mover } from './upkeep/mover.service.js';
export { Verifier } from './upkeep/verifier.service.js';
