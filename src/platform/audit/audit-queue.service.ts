import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Jobs } from '../jobs/jobs.service.js';
import { Metrics } from '../metrics/metrics.service.js';
import { DEFAULT_PROJECT } from '../tenancy/project-context.service.js';
import type { NewEntry } from './audit-entry.js';
import { AuditSpool, type PendingEntry } from './audit-spool.service.js';
import { AuditStream } from './audit-stream.service.js';
import { AuditWitness } from './audit-witness.service.js';
import { CHAIN_DAMAGED, CHAIN_OPENED } from './chain-events.js';
import { newEntry } from './new-entry.js';
import { ChainSeal } from './chain/chain-seal.js';
import { ChainStore } from './chain/chain-store.service.js';
import { ChainWriter } from './chain/chain-writer.js';

/** Most entries that one write adds. */
const MAX_BATCH = 200;

/** Most entries of a project that wait in memory; further ones go to the disk. */
const MAX_WAITING = 5000;

/** How long the database is left alone after it has failed, in milliseconds. */
const PAUSE_MS = 1000;

/** How often it is looked whether something waits on the disk, in milliseconds. */
const CATCH_UP_MS = 2000;

interface Waiting {
  entry: NewEntry;
  done: () => void;
}

interface Lane {
  writer: ChainWriter;
  waiting: Waiting[];
  running?: Promise<void>;
}

/**
 * Brings entries into the chains: those of a project one batch after the other. What the database does not take waits
 * on the disk until it does.
 */
@Injectable()
export class AuditQueue implements OnModuleInit, OnApplicationShutdown {
  private readonly lanes = new Map<string, Lane>();
  private away = 0;
  private readonly counted;

  constructor(
    private readonly store: ChainStore,
    private readonly seal: ChainSeal,
    private readonly spool: AuditSpool,
    private readonly stream: AuditStream,
    private readonly witness: AuditWitness,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
    metrics: Metrics,
  ) {
    logger.setContext(AuditQueue.name);
    this.counted = metrics.counter({
      name: 'coglex_audit_entries_total',
      help: 'Entries of the audit trail: written, waiting on disk for the database, or lost',
      labelNames: ['outcome'],
    });
  }

  onModuleInit(): void {
    this.jobs.register({
      name: 'audit-catch-up',
      everyMs: CATCH_UP_MS,
      exclusive: false,
      run: () => this.catchUp(),
    });
  }

  /** Resolves when the entry is in its chain, or, while the database is away, on the disk. Never rejects. */
  add(project: string, entry: NewEntry): Promise<void> {
    const lane = this.lane(project);
    if (lane.waiting.length >= MAX_WAITING) return this.keep(project, [entry]);
    return new Promise((done) => {
      lane.waiting.push({ entry, done });
      lane.running ??= this.run(project, lane).finally(() => (lane.running = undefined));
    });
  }

  /** Waits until nothing is under way any more. */
  async flush(): Promise<void> {
    await Promise.all([...this.lanes.values()].flatMap(({ running }) => running ?? []));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
    await this.stream.close();
  }

  private async run(project: string, lane: Lane): Promise<void> {
    // Whoever adds at the same moment gets into the same batch.
    await Promise.resolve();
    while (lane.waiting.length > 0) {
      const batch = lane.waiting.splice(0, MAX_BATCH);
      await this.write(
        project,
        lane,
        batch.map(({ entry }) => entry),
      );
      for (const { done } of batch) done();
    }
  }

  private async write(project: string, { writer }: Lane, entries: NewEntry[]): Promise<void> {
    if (performance.now() < this.away) return this.keep(project, entries);
    try {
      this.stream.written(project, await writer.append(entries));
      this.counted.inc({ outcome: 'written' }, entries.length);
    } catch (error) {
      this.away = performance.now() + PAUSE_MS;
      this.logger.warn(
        { err: error, project },
        'The audit trail cannot be written to; its entries wait on disk',
      );
      await this.keep(project, entries);
    }
  }

  private async keep(project: string, entries: NewEntry[]): Promise<void> {
    this.stream.pending(project, entries);
    try {
      await this.spool.add(entries.map((entry) => ({ project, entry })));
      this.counted.inc({ outcome: 'waiting' }, entries.length);
    } catch (error) {
      this.counted.inc({ outcome: 'lost' }, entries.length);
      for (const entry of entries)
        this.logger.error(
          { err: error, audit: { project, ...entry } },
          'An entry of the audit trail is lost',
        );
    }
  }

  private async catchUp(): Promise<void> {
    const refused = await this.spool
      .drain((pending) => this.takeOver(pending))
      .catch((error: unknown) => {
        this.logger.debug({ err: error }, 'The audit trail cannot be written to yet');
        return 0;
      });
    if (refused > 0) this.logger.error({ lines: refused }, 'The spool of the audit trail held forged lines');
  }

  /** Beside what is being added: by a writer of its own, as another instance would. */
  private async takeOver(pending: PendingEntry[]): Promise<void> {
    for (const [project, ones] of Map.groupBy(pending, (one) => one.project)) {
      // Its database must not come to life again.
      if (!(await this.store.hasProject(project))) continue;
      const writer = this.newWriter(project);
      for (let at = 0; at < ones.length; at += MAX_BATCH) {
        const entries = ones.slice(at, at + MAX_BATCH).map(({ entry }) => entry);
        const left = await this.store.missing(project, entries);
        this.stream.written(project, await writer.append(left));
        this.counted.inc({ outcome: 'written' }, left.length);
      }
    }
  }

  private lane(project: string): Lane {
    let lane = this.lanes.get(project);
    if (!lane) this.lanes.set(project, (lane = { writer: this.newWriter(project), waiting: [] }));
    return lane;
  }

  private newWriter(project: string): ChainWriter {
    return new ChainWriter(project, this.store, this.seal, {
      advanced: (head) => this.witness.note(project, head),
      opened: () => this.tellOpened(project),
      damaged: (expected, found) => this.tellDamaged(project, expected, found),
    });
  }

  /** The trail of the installation knows which others there must be. */
  private tellOpened(project: string): void {
    if (project === DEFAULT_PROJECT) return;
    void this.add(DEFAULT_PROJECT, newEntry(CHAIN_OPENED, { on: { type: 'project', id: project } }));
  }

  private tellDamaged(project: string, expected: number | undefined, found: number): void {
    this.logger.error({ project, expected, found }, 'The audit trail was cut, or its head taken away');
    const detail = { expected: expected ?? null, found };
    void this.add(project, newEntry(CHAIN_DAMAGED, { result: 'failed', detail }));
  }
}
