import { CommandError } from '../../errors.js';
import type { Collection } from '../../storage/collection.js';
import { Validator } from '../../storage/validator.js';
import type { Document } from '../../types.js';
import { Arguments } from '../arguments.js';
import type { CommandContext } from '../context.js';
import { checkNamespace } from '../namespaces.js';
import { readValidation } from './collections.js';
import { checkExpiry } from './index-specs.js';
import { findIndex } from './indexes.js';

/** Changes a collection's validator, or an index's expiry and visibility. */
export function collMod({ arguments: fields, database, engine }: CommandContext): Document {
  const name = fields.any('collMod');
  const validation = readValidation(fields);
  const indexChange = fields.optionalDocument('index');
  fields.rejectUnknown();
  const namespace = checkNamespace(database, name);
  const { catalog } = engine;
  const collection = catalog.find(database, String(name));
  if (!collection) throw new CommandError('NamespaceNotFound', `ns does not exist: ${namespace}`);
  let reply: Document = {};
  catalog.environment.transaction(() => {
    if (Object.keys(validation).length > 0)
      catalog.changeOptions(collection, { ...collection.record.options, ...validation });
    if (indexChange) reply = changeIndex(engine, collection, new Arguments(indexChange, 'collMod.index'));
  });
  collection.validator = new Validator(collection.record.options);
  return { ...reply, ok: 1 };
}

function changeIndex(
  { catalog }: CommandContext['engine'],
  collection: Collection,
  fields: Arguments,
): Document {
  const index = findIndex(collection, fields.any('name') ?? fields.any('keyPattern'));
  const seconds = fields.optionalInteger('expireAfterSeconds');
  const hidden = fields.any('hidden') === undefined ? undefined : fields.boolean('hidden', false);
  fields.ignore('name', 'keyPattern');
  fields.rejectUnknown();
  if (seconds === undefined && hidden === undefined)
    throw new CommandError('InvalidOptions', 'no expireAfterSeconds or hidden field');
  if (hidden !== undefined && index === collection.idIndex)
    throw new CommandError('BadValue', "can't hide _id index");
  const { options } = index.record;
  const reply: Document = {};
  const changed = { ...options };
  if (seconds !== undefined) {
    checkExpiry(index.record.key, seconds);
    if (options.expireAfterSeconds !== undefined) reply.expireAfterSeconds_old = options.expireAfterSeconds;
    reply.expireAfterSeconds_new = changed.expireAfterSeconds = seconds;
  }
  if (hidden !== undefined) {
    reply.hidden_old = options.hidden ?? false;
    reply.hidden_new = changed.hidden = hidden;
  }
  catalog.changeIndex(collection, index, { options: changed });
  return reply;
}
