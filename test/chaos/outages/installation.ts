import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { MailServer } from '../../support/mail-server.ts';
import { S3Server } from '../../support/s3-server.ts';
import { VAULT_PATH, VaultServer } from '../../support/vault/vault-server.ts';
import { FaultyLine } from './faulty-line.ts';
import { PartProcess } from './part-process.ts';

const ROOT = join(import.meta.dirname, '../../..');
const REDIS = '/usr/bin/redis-server';

export const SECRET = 'outages-outages-outages-outages-outages';

/** What a server stands on, and how it fails: `stop` breaks connections and refuses new ones, `freeze` is silence. */
export interface Part {
  stop(): Promise<void>;
  freeze(): void | Promise<void>;
  /** Makes it work again after either. */
  start(fault: Fault): Promise<void>;
}

export type Fault = 'stop' | 'freeze';
export type PartName = 'database' | 'redis' | 'smtp' | 's3' | 'vault';

/** Instances of the product on one database, one Redis, one mail server, one S3 and one Vault. */
export class Installation {
  readonly parts = new Map<PartName, Part>();
  readonly urls: string[] = [];
  mail!: MailServer;
  private s3?: S3Server;
  private vault?: VaultServer;
  private directory!: string;
  private readonly processes: PartProcess[] = [];
  private readonly servers: PartProcess[] = [];
  private readonly lines: FaultyLine[] = [];

  /** @param instances how many servers share everything */
  static async start(instances: number): Promise<Installation> {
    const installation = new Installation();
    try {
      await installation.startAll(instances);
    } catch (error) {
      await installation.stop();
      throw error;
    }
    return installation;
  }

  /** Whether every instance is still the process that was started. */
  get neverRestarted(): boolean {
    return this.servers.every((server) => server.runs);
  }

  async stop(): Promise<void> {
    for (const process of [...this.servers, ...this.processes]) await process.kill();
    for (const line of this.lines) await line.cut();
    await this.s3?.stop();
    await this.mail?.stop();
    await this.vault?.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async startAll(instances: number): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), 'coglex-outages-'));
    const settings = {
      ...(await this.database()),
      ...(await this.redis()),
      ...(await this.mailAndFiles()),
      ...(await this.secrets()),
    };
    await Promise.all(
      Array.from({ length: instances }, async (_, number) => {
        const port = await freePort();
        const env = {
          NODE_ENV: 'test',
          LOG_LEVEL: 'silent',
          SERVER_HOST: '127.0.0.1',
          SERVER_PORT: String(port),
          DATA_DIR: join(this.directory, `instance-${number}`),
          AUTH_BCRYPT_COST: '4',
          // All requests are counted, in Redis.
          RATE_LIMIT_IP: '1000000/60',
          RATE_LIMIT_KEY: '1000000/60',
          ...settings,
        };
        const server = new PartProcess(process.execPath, [join(ROOT, 'dist/main.js')], port, env);
        this.servers.push(server);
        await server.start();
        this.urls.push(`http://127.0.0.1:${port}`);
      }),
    );
  }

  private async database(): Promise<Record<string, string>> {
    const port = await freePort();
    const directory = join(this.directory, 'database');
    const env = { DATA_DIR: directory, SERVER_SECRET: SECRET, NODE_ENV: 'test' };
    const args = [join(ROOT, 'dist/cli/database.js'), '--port', String(port)];
    await this.process('database', new PartProcess(process.execPath, args, port, env));
    return { MONGODB_URI: `mongodb://127.0.0.1:${port}/?directConnection=true` };
  }

  private async redis(): Promise<Record<string, string>> {
    if (!existsSync(REDIS)) return {};
    const port = await freePort();
    const options = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.directory];
    await this.process('redis', new PartProcess(REDIS, ['--port', String(port), ...options], port));
    return { REDIS_URL: `redis://127.0.0.1:${port}` };
  }

  private async mailAndFiles(): Promise<Record<string, string>> {
    this.mail = await MailServer.start();
    this.s3 = await S3Server.start();
    const smtp = await this.line('smtp', this.mail.port);
    const s3 = await this.line('s3', Number(new URL(this.s3.endpoint).port));
    return {
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(smtp.port),
      MAIL_RETRY: '1s',
      ARCHIVE_DRIVER: 's3',
      ...this.s3.env,
      S3_ENDPOINT: `http://127.0.0.1:${s3.port}`,
    };
  }

  /** The key that opens everything comes from Vault alone. */
  private async secrets(): Promise<Record<string, string>> {
    this.vault = await VaultServer.start();
    this.vault.put({ SERVER_SECRET: SECRET });
    const env = this.vault.tokenEnv();
    const line = await this.line('vault', Number(new URL(this.vault.url).port));
    return { ...env, VAULT_ADDR: `http://127.0.0.1:${line.port}`, VAULT_PATH, SECRETS_INTERVAL: '1s' };
  }

  private async process(name: PartName, process: PartProcess): Promise<void> {
    this.processes.push(process);
    await process.start();
    this.parts.set(name, {
      stop: () => process.kill(),
      freeze: () => process.freeze(),
      start: (fault) => (fault === 'stop' ? process.start() : Promise.resolve(process.thaw())),
    });
  }

  private async line(name: PartName, port: number): Promise<FaultyLine> {
    const line = await FaultyLine.to(port);
    this.lines.push(line);
    this.parts.set(name, {
      stop: () => line.cut(),
      freeze: () => line.stall(),
      start: () => line.restore(),
    });
    return line;
  }
}
