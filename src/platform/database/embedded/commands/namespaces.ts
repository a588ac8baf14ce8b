import { CommandError } from '../errors.js';

const MAX_DATABASE_BYTES = 63;
const MAX_NAMESPACE_BYTES = 255;

/** @throws CommandError InvalidNamespace */
export function checkDatabaseName(database: string): void {
  if (database === '' || /[\0/\\. "$]/.test(database) || Buffer.byteLength(database) > MAX_DATABASE_BYTES)
    throw new CommandError('InvalidNamespace', `Invalid database name: '${database}'`);
}

/**
 * @returns `database.collection`
 * @throws CommandError InvalidNamespace
 */
export function checkNamespace(database: string, collection: unknown): string {
  checkDatabaseName(database);
  const namespace = `${database}.${String(collection)}`;
  if (typeof collection !== 'string')
    throw new CommandError('InvalidNamespace', `collection name has invalid type ${typeof collection}`);
  if (
    collection === '' ||
    collection.startsWith('.') ||
    collection.endsWith('.') ||
    /[\0$]/.test(collection) ||
    Buffer.byteLength(namespace) > MAX_NAMESPACE_BYTES
  )
    throw new CommandError('InvalidNamespace', `Invalid namespace specified '${namespace}'`);
  return namespace;
}

/** Collections named `system.…` belong to a server, which has none of them here. */
export function checkWritable(namespace: string, collection: string): void {
  if (collection.startsWith('system.'))
    throw new CommandError('InvalidNamespace', `Invalid system namespace: ${namespace}`);
}
