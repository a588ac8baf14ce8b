import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { testDatabaseUri } from '../../../../../test/support/test-app.js';
import { SafeDriver } from '../safe-driver.js';
import { itConforms } from '../../../../../test/support/driver-conformance.js';
import { GridFsDriver } from './gridfs-driver.js';

describe('GridFsDriver', () => {
  const name = `test_${randomBytes(6).toString('hex')}`;
  let client: mongo.MongoClient;
  let driver: SafeDriver;
  const databaseOf = (project: string) => client.db(`${name}_${project}`);
  beforeAll(async () => {
    client = await mongo.MongoClient.connect(testDatabaseUri());
    driver = new SafeDriver(new GridFsDriver(databaseOf));
  });
  afterAll(async () => {
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    const own = databases.filter((database) => database.name.startsWith(name));
    await Promise.all(own.map((database) => client.db(database.name).dropDatabase()));
    await client.close();
  });

  itConforms(() => driver);

  it('sweeps the chunks of an upload whose process has died', async () => {
    const old = mongo.ObjectId.createFromTime(Date.now() / 1000 - 10_000);
    const chunks = databaseOf('swept').collection('_ARCHIVE_BYTES.chunks');
    await chunks.insertMany([0, 1].map((n) => ({ files_id: old, n, data: Buffer.alloc(10) })));
    await driver.sweep('swept', new Date(Date.now() - 5_000_000));
    expect(await chunks.countDocuments()).toBe(0);
  });
});
