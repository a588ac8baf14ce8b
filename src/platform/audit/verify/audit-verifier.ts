import type { mongo } from 'mongoose';
import { DEFAULT_PROJECT } from '../../tenancy/project-context.service.js';
import { PROJECTS, type StoredProject } from '../../tenancy/stored-project.js';
import type { StoredEntry } from '../audit-entry.js';
import type { Witness } from '../audit-witness.service.js';
import { CHAIN_CLOSED, CHAIN_OPENED } from '../chain-events.js';
import type { ChainSeal } from '../chain/chain-seal.js';
import { HEADS, TRAIL, type StoredHeads } from '../chain/chain-store.service.js';
import { verifyChain, type ChainReport } from './verify-chain.js';

const BATCH = 1000;

/** Times that a chain is looked at anew whose beginning was removed meanwhile. */
const MAX_LOOKS = 5;

/** Verifies trails by what stands in the database, without the application: it changes nothing. */
export class AuditVerifier {
  /** Projects of which the trail of the installation says that they have one. */
  private readonly opened = new Map<string, number>();
  /** Those of which it says that they are gone. */
  private readonly closed = new Set<string>();

  /** @param database the database of a project; that of the default one is the installation's */
  constructor(
    private readonly database: (project: string) => mongo.Db,
    private readonly seal: ChainSeal,
    private readonly witness: Witness = {},
  ) {}

  /** All trails there are or should be, that of the installation first. */
  async *verifyAll(): AsyncGenerator<ChainReport> {
    yield await this.verify(DEFAULT_PROJECT);
    const projects = await this.system<StoredProject>(PROJECTS)
      .find({ purging: { $ne: true } }, { projection: { _id: 1 } })
      .toArray();
    const heads = await this.system<StoredHeads>(HEADS)
      .find({}, { projection: { _id: 1 } })
      .toArray();
    const purging = await this.system<StoredProject>(PROJECTS).find({ purging: true }).toArray();
    const told = [...this.opened.keys(), ...Object.keys(this.witness)];
    const names = new Set([...projects, ...heads].map(({ _id }) => _id).concat(told));
    const gone = [DEFAULT_PROJECT, ...purging.map(({ _id }) => _id), ...this.closed];
    for (const project of gone) names.delete(project);
    for (const project of names) yield await this.verifyOpened(project);
  }

  /** The trail of one project, and what that of the installation says of it. */
  async verifyOne(project: string): Promise<ChainReport> {
    if (project === DEFAULT_PROJECT) return this.verify(project);
    await this.verify(DEFAULT_PROJECT);
    return this.verifyOpened(project);
  }

  /** One trail, as often as its beginning is removed meanwhile. */
  private async verify(project: string): Promise<ChainReport> {
    for (let looks = 1; ; looks += 1) {
      if (project === DEFAULT_PROJECT) this.opened.clear();
      const heads = await this.headsOf(project);
      const report = await this.look(project, heads);
      if (!report.broken || looks === MAX_LOOKS) return report;
      if ((await this.headsOf(project))?.start?.seq === heads?.start?.seq) return report;
    }
  }

  private async look(project: string, heads: StoredHeads | undefined): Promise<ChainReport> {
    const trail = this.database(project).collection<StoredEntry>(TRAIL);
    const entries = trail
      .find({ seq: { $gt: heads?.start?.seq ?? 0 } }, { batchSize: BATCH })
      .sort({ seq: 1 });
    const seen = this.witness[project];
    const visit = project === DEFAULT_PROJECT ? (entry: StoredEntry) => this.note(entry) : undefined;
    const report = await verifyChain(this.seal, { project, heads, seen, entries, visit });
    if (report.broken) return report;
    const strangers = await trail.countDocuments({ seq: { $not: { $gt: 0 } } });
    if (strangers === 0) return report;
    return { ...report, broken: { seq: 0, reason: `${strangers} entries have no place in the chain` } };
  }

  private async verifyOpened(project: string): Promise<ChainReport> {
    const report = await this.verify(project);
    const times = this.opened.get(project) ?? 0;
    if (report.broken) return report;
    if (times > 1)
      return { ...report, broken: { seq: 1, reason: 'the trail was begun anew: an earlier one is gone' } };
    const isGone = times === 1 && report.entries === 0 && !(await this.headsOf(project));
    return isGone ? { ...report, broken: { seq: 1, reason: 'the trail is gone as a whole' } } : report;
  }

  private note({ what, on }: StoredEntry): void {
    if (on?.type !== 'project') return;
    if (what === CHAIN_OPENED) this.opened.set(on.id, (this.opened.get(on.id) ?? 0) + 1);
    if (what === CHAIN_CLOSED) {
      this.opened.delete(on.id);
      this.closed.add(on.id);
    }
  }

  private async headsOf(project: string): Promise<StoredHeads | undefined> {
    return (await this.system<StoredHeads>(HEADS).findOne({ _id: project })) ?? undefined;
  }

  private system<T extends mongo.Document>(name: string): mongo.Collection<T> {
    return this.database(DEFAULT_PROJECT).collection<T>(name);
  }
}
