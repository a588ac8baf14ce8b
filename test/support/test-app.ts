import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModuleMetadata } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MongoClient, type Db } from 'mongodb';
import { createApp } from '../../src/bootstrap.js';
import { ConfigSources } from '../../src/platform/config/config-sources.js';
import { createRootLogger } from '../../src/platform/logging/root-logger.js';
import { ApiClient } from './api-client.js';

/** API key of every test application. */
export const TEST_SECRET = 'Tz6Rk9Wq2Mv5Xc8Bn1Jh4Gd7Fs0Lp3Yt6UeKo';

/** Without limits: tests send thousands of requests from one address. Those of limits set theirs, or '' for defaults. */
export const UNLIMITED = {
  RATE_LIMIT_IP: 'off',
  RATE_LIMIT_USER: 'off',
  RATE_LIMIT_AUTH: 'off',
  RATE_LIMIT_BAN: 'off',
} as const;

/** Address of the database that the test run uses. */
export function testDatabaseUri(): string {
  const uri = process.env.TEST_MONGODB_URI ?? process.env.TEST_DATABASE_URI;
  if (!uri) throw new Error('The global setup has not run');
  return uri;
}

/** The shared engine serves all test files at once: that it is silent for a second does not mean it is gone. */
function patient(uri: string): string {
  if (process.env.TEST_MONGODB_URI) return uri;
  const patience = 'serverSelectionTimeoutMS=30000&connectTimeoutMS=30000&heartbeatFrequencyMS=10000';
  return `${uri}${uri.includes('?') ? '&' : '/?'}${patience}`;
}

export interface TestAppOptions {
  /** Settings that differ from those of the test run. */
  env?: Record<string, string>;
  /** Modules beside those of the product. */
  imports?: ModuleMetadata['imports'];
  /** Receives the lines of the log. One application of a test file can be given this, and it must be the first. */
  onLog?: (line: LogLine) => void;
}

/** A line of the JSON log. */
export interface LogLine {
  level: number;
  msg: string;
  requestId?: string;
  [member: string]: unknown;
}

/** The real application on a free port, with a database of its own. */
export class TestApp {
  private constructor(
    readonly nest: NestFastifyApplication,
    /** Base address, such as `http://127.0.0.1:40123`. */
    readonly url: string,
    readonly databaseName: string,
    /** `DATA_DIR`; removed by {@link stop}. */
    readonly directory: string,
    private readonly mongo: MongoClient,
  ) {}

  static async start(options: TestAppOptions = {}): Promise<TestApp> {
    const directory = await mkdtemp(join(tmpdir(), 'coglex-test-'));
    const databaseName = options.env?.MONGODB_DATABASE ?? `test_${randomBytes(6).toString('hex')}`;
    const env = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      SERVER_SECRET: TEST_SECRET,
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: '0',
      DATA_DIR: directory,
      MONGODB_URI: patient(testDatabaseUri()),
      MONGODB_DATABASE: databaseName,
      // Real hashes at the least cost: what is tested is not bcrypt's patience.
      AUTH_BCRYPT_COST: '4',
      ...UNLIMITED,
      ...options.env,
    };
    const { imports, onLog } = options;
    let nest: NestFastifyApplication | undefined;
    try {
      const sources = await ConfigSources.open({ env, dotenv: null });
      const logger =
        onLog && createRootLogger(sources.config, { write: (line) => onLog(JSON.parse(line) as LogLine) });
      nest = await createApp({ sources, imports, logger });
      await nest.listen(0, '127.0.0.1');
      const mongo = new MongoClient(testDatabaseUri());
      return new TestApp(nest, await nest.getUrl(), databaseName, directory, mongo);
    } catch (error) {
      await nest?.close();
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** A client that sends the server's API key. */
  get client(): ApiClient {
    return new ApiClient(this.url, { 'x-api-key': TEST_SECRET });
  }

  /** A client that sends nothing of its own. */
  get anonymous(): ApiClient {
    return new ApiClient(this.url, {});
  }

  /** The application's database, past the application. */
  get db(): Db {
    return this.mongo.db(this.databaseName);
  }

  /** The database of a project, past the application. */
  database(project: string): Db {
    return this.mongo.db(`${this.databaseName}_${project}`);
  }

  async stop(): Promise<void> {
    await this.nest.close();
    await this.dropDatabases();
    await this.mongo.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** The application's database, and those of its projects. */
  private async dropDatabases(): Promise<void> {
    const filter = { name: { $regex: `^${this.databaseName}` } };
    const { databases } = await this.mongo.db('admin').command({ listDatabases: 1, nameOnly: true, filter });
    await Promise.all(
      (databases as { name: string }[]).map(({ name }) => this.mongo.db(name).dropDatabase()),
    );
  }
}
