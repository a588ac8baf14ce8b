import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { currentRequest } from '../logging/request-scope.js';
import { callerOf } from '../security/caller.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import type { AuditedUser, AuditEntry, AuditRecord, StoredEntry } from './audit-entry.js';
import { auditFilter, type AuditQuery } from './audit-query.js';
import { AuditQueue } from './audit-queue.service.js';
import { AuditWitness } from './audit-witness.service.js';
import { CHAIN_CLOSED, PERSON_FORGOTTEN } from './chain-events.js';
import { ChainSeal } from './chain/chain-seal.js';
import { ChainStore } from './chain/chain-store.service.js';
import { personalMembers } from './chain/entry-parts.js';
import { newEntry } from './new-entry.js';

/** Most entries of which a person is taken out at a time. */
const FORGET_BATCH = 500;

/**
 * Keeps who did what, on what, from where and when, for those who have to find out later. Each project has a chain of its
 * own in `_AUDIT`: every entry binds the one before, and nobody without `SERVER_SECRET` can make or change one.
 *
 * @example
 * await audit.record('key.revoked', { caller, on: { type: 'key', id }, before: key });
 */
@Injectable()
export class Audit {
  constructor(
    private readonly queue: AuditQueue,
    private readonly store: ChainStore,
    private readonly seal: ChainSeal,
    private readonly witness: AuditWitness,
    private readonly context: ProjectContext,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Audit.name);
  }

  /**
   * Adds to the trail of the current project, and resolves when it is there. It never fails: while the database is away
   * the entry waits on the disk, and what cannot be kept at all stands in the log and is counted.
   *
   * @param what in the past tense, after the thing: `key.revoked`
   */
  async record(what: string, record: AuditRecord = {}): Promise<void> {
    try {
      const { id, request } = currentRequest() ?? {};
      const caller = record.caller ?? (request && callerOf(request));
      const digest = (thing: unknown) => this.seal.digest(thing);
      const entry = newEntry(what, { ...record, caller }, { request: id, digest });
      await this.queue.add(this.context.project, entry);
    } catch (error) {
      this.logger.error({ err: error, what }, 'An entry of the audit trail could not be made');
    }
  }

  /** The newest entries first. */
  async find(query: AuditQuery, project = this.context.project): Promise<AuditEntry[]> {
    const found = await (
      await this.store.trail(project)
    )
      .find(auditFilter(query), { maxTimeMS: this.config.MONGODB_MAX_TIME_MS })
      .sort(query.order === 'time' ? { at: -1, _id: -1 } : { seq: -1 })
      .limit(query.limit)
      .toArray();
    return found.map(shown);
  }

  /**
   * Leaves what happened, and takes out whom it concerned and who did it. The chain stays whole: what is taken out is
   * bound by a salted hash, whose salt goes as well.
   *
   * @param user its `_id`, and its `_key`, by which wrong sign-ins are known
   */
  async forget({ id: user, key, collection }: AuditedUser): Promise<void> {
    const trail = await this.store.trail(this.context.project);
    const named = key === undefined ? [] : [{ key, collection }];
    const filter: mongo.Filter<StoredEntry> = { $or: [{ user }, { actor: user }, ...named] };
    let forgotten = 0;
    for (;;) {
      const entries = await trail.find(filter).limit(FORGET_BATCH).toArray();
      if (entries.length === 0) break;
      await trail.bulkWrite(entries.map((entry) => this.withoutPerson(entry)));
      forgotten += entries.length;
    }
    await this.record(PERSON_FORGOTTEN, { detail: { entries: forgotten } });
  }

  /** Says in the trail of the installation where that of a project ended, which went with its database. */
  async close(project: string): Promise<void> {
    const heads = await this.store.heads(project);
    const end = heads && { entries: heads.head.seq, hash: heads.head.hash };
    await this.record(CHAIN_CLOSED, { on: { type: 'project', id: project }, detail: end });
    await this.store.close(project);
    this.witness.forget(project);
  }

  private withoutPerson(entry: StoredEntry): mongo.AnyBulkWriteOperation<StoredEntry> {
    const names = [...personalMembers(entry), 'salt'];
    const $unset = Object.fromEntries(names.map((name) => [name, '']));
    return {
      updateOne: {
        filter: { _id: entry._id },
        update: { $unset, $set: { forgotten: this.seal.forget(entry) } },
      },
    } as mongo.AnyBulkWriteOperation<StoredEntry>;
  }
}

/** An entry without its seals, but for the hash by which it can be named. */
function shown(entry: StoredEntry): AuditEntry {
  const {
    previous: _p,
    commitment: _c,
    salt: _s,
    forgotten: _f,
    signed_with: _w,
    of_user: _o,
    ...kept
  } = entry;
  return kept;
}
