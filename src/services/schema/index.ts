export type { DocumentSchema } from './document-schema.js';
export { DocumentSchemas } from './document-schemas.service.js';
export { SchemaModule } from './schema.module.js';
