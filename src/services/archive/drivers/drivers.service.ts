import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigChanges } from '../../../platform/config/config-changes.js';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { ExternalCalls } from '../../../platform/outbound/external-calls.service.js';
import { ModuleRegistry } from '../../../platform/modules/module-registry.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { DiskDriver } from './disk/disk-driver.js';
import type { DriverName, FileDriver } from './file-driver.js';
import { GridFsDriver } from './gridfs/gridfs-driver.js';
import { LazyDriver } from './lazy-driver.js';
import { SafeDriver } from './safe-driver.js';

/** Directory in `DATA_DIR` of the disk driver. */
export const FILES_DIRECTORY = 'files';

/** How long it is believed that the storage of others is there, in milliseconds: it counts requests. */
const FRESH_MS = 10_000;

/** The drivers. All of them are there at once: while files are moved, some are still where they were. */
@Injectable()
export class Drivers implements OnApplicationShutdown {
  private readonly made = new Map<DriverName, FileDriver>();
  private readonly retired: FileDriver[] = [];

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly external: ExternalCalls,
    modules: ModuleRegistry,
    changes: ConfigChanges,
  ) {
    modules.register({
      key: 'files',
      title: 'Bytes of files',
      driver: this.current,
      needs: this.current === 'gridfs' ? ['database'] : [],
      freshMs: this.current === 's3' ? FRESH_MS : 0,
      probe: async (signal) => {
        if (this.current === 's3' && !this.hasS3) return 'not_configured';
        await this.get(this.current).check?.(signal);
        return 'healthy';
      },
    });
    changes.on(['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'], () => this.retire('s3'));
  }

  /** Name of the driver that takes new files. */
  get current(): DriverName {
    return this.config.ARCHIVE_DRIVER;
  }

  /** @throws CoglexError `service_unavailable` for a driver that is not configured */
  get(name: DriverName): FileDriver {
    let driver = this.made.get(name);
    if (!driver) this.made.set(name, (driver = new SafeDriver(this.make(name))));
    return driver;
  }

  /** Drivers that may hold something: those that need no settings, and the others when they have them. */
  names(): DriverName[] {
    return this.config.S3_BUCKET === undefined ? ['disk', 'gridfs'] : ['disk', 'gridfs', 's3'];
  }

  async onApplicationShutdown(): Promise<void> {
    for (const driver of [...this.retired, ...this.made.values()]) await driver.close?.();
  }

  /** Has a driver made anew with the credentials of now; the old one still serves what is under way. */
  private retire(name: DriverName): void {
    const driver = this.made.get(name);
    if (driver) this.retired.push(driver);
    this.made.delete(name);
  }

  private make(name: DriverName): FileDriver {
    if (name === 'disk') return new DiskDriver(join(this.config.DATA_DIR, FILES_DIRECTORY));
    if (name === 'gridfs') return new GridFsDriver((project) => this.database.project(project));
    return this.makeS3();
  }

  private get hasS3(): boolean {
    const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret } = this.config;
    return [bucket, id, secret].every((setting) => setting !== undefined);
  }

  private makeS3(): FileDriver {
    const { S3_ENDPOINT: endpoint, S3_REGION: region, S3_BUCKET: bucket } = this.config;
    const accessKeyId = this.config.S3_ACCESS_KEY_ID;
    const secretAccessKey = this.config.S3_SECRET_ACCESS_KEY;
    if (bucket === undefined) throw notConfigured('S3_BUCKET');
    if (accessKeyId === undefined) throw notConfigured('S3_ACCESS_KEY_ID');
    if (secretAccessKey === undefined) throw notConfigured('S3_SECRET_ACCESS_KEY');
    const place = {
      bucket,
      client: { endpoint, region, credentials: { accessKeyId, secretAccessKey } },
      observe: <T>(operation: string, work: () => Promise<T>) =>
        this.external.observe({ provider: 's3', operation }, work),
    };
    return new LazyDriver(async () => new (await import('./s3/s3-driver.js')).S3Driver(place));
  }
}

const notConfigured = (name: string) =>
  new CoglexError('service_unavailable', { detail: `File storage is not configured: ${name} is not set.` });
