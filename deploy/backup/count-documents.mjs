// usage: node count-documents.mjs <program> <directory of a database>
// Prints how many documents each collection has, as JSON. It opens the directory: never that of a running server.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [program, directory] = process.argv.slice(2);
const { startEngine } = await import(join(program, 'dist/platform/database/embedded/index.js'));
const { mongo } = createRequire(join(program, 'package.json'))('mongoose');

// Documents whose time is over stay: they are counted twice, at different times.
const engine = await startEngine({ directory, reapInterval: 2 ** 31 - 1 });
const client = await mongo.MongoClient.connect(engine.uri);
try {
  const counts = {};
  const { databases } = await client.db('admin').command({ listDatabases: 1, nameOnly: true });
  for (const { name } of databases)
    for (const { name: collection } of await client
      .db(name)
      .listCollections({}, { nameOnly: true })
      .toArray())
      counts[`${name}.${collection}`] = await client.db(name).collection(collection).countDocuments({});
  process.stdout.write(`${JSON.stringify(counts, Object.keys(counts).sort())}\n`);
} finally {
  await client.close();
  await engine.close();
}
