export { CheckedUpdates } from './checked-updates.service.js';
export { DocumentWriter } from './document-writer.service.js';
export { FindParametersDto } from './dto/parameters.dto.js';
export { NoParameters } from './no-parameters.decorator.js';
export { QueryParameters } from './query-parameters.service.js';
export { readAll } from './read-all.js';
export { StorageModule } from './storage.module.js';
export { StorageService } from './storage.service.js';
