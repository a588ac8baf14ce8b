import type { StoredFile } from './file.js';

declare module '../../../platform/events/event-map.js' {
  interface EventMap {
    'file.uploaded': { file: StoredFile };
    'file.updated': { file: StoredFile };
    'file.deleted': { file: StoredFile };
  }
}
