import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { testDatabaseUri } from '../support/test-app.js';
import { REQUIREMENTS, type ConformanceCase, type Requirement } from './runner/case-format.js';
import { readCorpus } from './runner/corpus.js';
import { unmetRequirements } from './runner/requirements.js';
import { runCase } from './runner/run-case.js';

const database = `conformance_${randomBytes(4).toString('hex')}`;
const unmet = unmetRequirements(process.env.TEST_MONGODB_URI);
const skipped = new Map<Requirement, number>();
let client: MongoClient;
let count = 0;

function define(test: ConformanceCase): void {
  const missing = test.requires?.find((requirement) => unmet.has(requirement));
  if (missing) {
    skipped.set(missing, (skipped.get(missing) ?? 0) + 1);
    it.skip(`${test.name} (${REQUIREMENTS[missing]})`, () => undefined);
    return;
  }
  const collection = `c${count++}`;
  it(test.name, async () => {
    const db = client.db(test.ownDatabase ? `${database}_${collection}` : database);
    try {
      const difference = await client.withSession((session) => runCase(test, { db, collection, session }));
      if (difference) throw new Error(test.why ? `${difference}\n${test.why}` : difference);
    } finally {
      if (test.ownDatabase) await db.dropDatabase();
    }
  });
}

describe('MongoDB conformance', () => {
  beforeAll(async () => {
    client = await MongoClient.connect(testDatabaseUri());
  });

  afterAll(async () => {
    await client.db(database).dropDatabase();
    await client.close();
    for (const [requirement, times] of skipped)
      process.stderr.write(`Conformance: ${times} cases skipped, as each ${REQUIREMENTS[requirement]}\n`);
  });

  for (const file of readCorpus())
    describe(file.path, () => {
      for (const test of file.cases) define(test);
    });
});
