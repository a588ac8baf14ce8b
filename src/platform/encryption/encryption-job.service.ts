import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { Database, type StoredDocument } from '../database/database.service.js';
import { Jobs } from '../jobs/jobs.service.js';
import type { StoredDeclaration } from '../security/rules/declaration.js';
import { DECLARATIONS } from '../security/rules/declaration.js';
import { Declarations } from '../security/rules/declarations.service.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { CollectionEncryption } from './collection-encryption.js';
import { CollectionPass } from './collection-pass.js';
import { DocumentPass } from './document-pass.js';
import { EncryptedPaths } from './encrypted-paths.js';
import { EncryptedProjects } from './encrypted-projects.service.js';
import { EncryptionKeys } from './encryption-keys.service.js';
import { FieldEncryption } from './field-encryption.service.js';

const JOB = 'field-encryption';

/** How soon another instance takes up what one has left unfinished, in milliseconds. */
const RETRY_MS = 30_000;

/** Longest time of one run, in milliseconds; within its lease. */
const RUN_MS = 40_000;
const LEASE_MS = 60_000;

type Encrypted = StoredDeclaration & Required<Pick<StoredDeclaration, 'encryption'>>;

/**
 * Encrypts what was stored before its field was declared, decrypts what no longer is, and puts everything under the
 * current key; in the background, on one instance, and going on where it was after a restart.
 */
@Injectable()
export class EncryptionJob implements OnModuleInit {
  private hasLooked = false;

  constructor(
    private readonly database: Database,
    private readonly declarations: Declarations,
    private readonly projects: EncryptedProjects,
    private readonly encryption: FieldEncryption,
    private readonly keys: EncryptionKeys,
    private readonly context: ProjectContext,
    private readonly config: Config,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EncryptionJob.name);
  }

  onModuleInit(): void {
    this.jobs.register({
      name: JOB,
      everyMs: RETRY_MS,
      leaseMs: LEASE_MS,
      run: (signal) => this.run(Date.now() + RUN_MS, signal),
    });
  }

  /** Says that documents of the current project have to be worked on. */
  wake(): void {
    this.jobs.wake(JOB);
  }

  /** Puts all encrypted values of all projects under the current key. */
  async rotate(): Promise<void> {
    for (const project of await this.projects.all())
      await this.context.run(project, async () => {
        await this.projects.around(() =>
          this.stored().updateMany(
            { encryption: { $exists: true } },
            {
              $set: {
                'encryption.wanted': randomUUID(),
                'encryption.since': new Date(),
                'encryption.pending': true,
              },
              $unset: { 'encryption.pass': '' },
            },
          ),
        );
      });
    this.wake();
  }

  /** What a process that died had noted, but not said any more. */
  private async lookAtAll(): Promise<void> {
    for (const project of await this.projects.all())
      await this.context.run(project, async () => {
        if (await this.stored().findOne({ 'encryption.pending': true })) await this.projects.want();
      });
    this.hasLooked = true;
  }

  private async run(until: number, signal: AbortSignal): Promise<void> {
    if (!this.hasLooked) await this.lookAtAll();
    for (;;) {
      let next = Infinity;
      for (const wanting of await this.projects.wanting()) {
        const more = await this.context.run(wanting.project, () => this.runProject(until, signal));
        if (signal.aborted) return;
        if (more === undefined) await this.projects.done(wanting);
        else next = Math.min(next, more);
        if (Date.now() > until) break;
      }
      if (next === Infinity) return;
      if (Date.now() > until) {
        // The rest at once, under a lease of its own.
        this.wake();
        return;
      }
      await sleep(Math.max(next - Date.now(), 0), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  /** @returns when there is more to do in the current project; `undefined` when all is done */
  private async runProject(until: number, signal: AbortSignal): Promise<number | undefined> {
    const pending = (await this.stored()
      .find({ 'encryption.pending': true })
      .sort({ 'encryption.since': 1 })
      .toArray()) as Encrypted[];
    let next: number | undefined;
    for (const one of pending) {
      if (signal.aborted || Date.now() > until) return Date.now();
      const more = await this.runCollection(one, until, signal);
      if (more !== undefined) next = Math.min(next ?? Infinity, more);
    }
    return next;
  }

  private async runCollection(
    { _id: collection, encryption, declaration }: Encrypted,
    until: number,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const target = this.database.collection<StoredDocument>(collection);
    const time = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    // The key that the pass encrypts with is noted first, as by everybody who writes.
    await this.encryption.toWrite(collection);
    const compiled = this.declarations.compile(
      collection,
      '',
      { ...(JSON.parse(declaration) as object), rules: {}, stamp: {} },
      encryption,
    );
    if (!compiled.encryption) return undefined;
    const sealer = this.encryption.sealerOf(collection, compiled.encryption);
    const documents = new DocumentPass(
      target,
      new CollectionEncryption(new EncryptedPaths(encryption.fields), sealer),
      time,
    );
    const pass = new CollectionPass(collection, {
      declarations: this.stored(),
      documents,
      count: () => target.estimatedDocumentCount(time),
      key: () => this.keys.current.id,
      logger: this.logger,
    });
    const more = await pass.run(encryption, until, signal);
    if (more !== undefined) return more;
    this.declarations.forget();
    this.logger.info(
      { collection, project: this.context.project },
      'Encrypted fields are as they are declared',
    );
    return undefined;
  }

  private stored(): mongo.Collection<StoredDeclaration> {
    return this.database.collection<StoredDeclaration>(DECLARATIONS);
  }
}
