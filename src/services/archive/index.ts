export { ArchiveModule } from './archive.module.js';
export { FileStore } from './file-store.service.js';
