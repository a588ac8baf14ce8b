import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEntry, StoredEntry } from '../audit-entry.js';
import { BEGINNING, type ChainPoint, type ChainSeal, type SignedPoint } from './chain-seal.js';
import type { ChainStore } from './chain-store.service.js';

/** Most tries to get in between what other instances add. */
const MAX_TRIES = 100;

/** Longest pause before another try, in milliseconds. */
const MAX_PAUSE_MS = 20;

/** What a writer tells of. */
export interface ChainWatch {
  /** A chain has become longer. */
  advanced: (head: SignedPoint) => void;
  /** A chain was opened that did not exist. */
  opened: () => void;
  /** A chain was found shorter than it was, or without its head. */
  damaged: (expected: number | undefined, found: number) => void;
}

/** Adds entries to the chain of one project, beside other instances that do the same. */
export class ChainWriter {
  /** The last entry, as far as this instance knows; whoever was faster is noticed by the unique sequence. */
  private tail?: ChainPoint;

  constructor(
    private readonly project: string,
    private readonly store: ChainStore,
    private readonly seal: ChainSeal,
    private readonly watch: ChainWatch,
  ) {}

  /**
   * Adds entries, each once: those that are there already are left as they are. One call at a time.
   *
   * @returns the entries as they were stored
   * @throws the driver's error; some of the entries may be there then
   */
  async append(entries: NewEntry[]): Promise<StoredEntry[]> {
    const stored: StoredEntry[] = [];
    let left = entries;
    for (let tries = 0; left.length > 0; tries += 1) {
      if (tries === MAX_TRIES) throw new Error('The trail is written to by too many instances at once');
      if (tries > 1) await sleep(Math.random() * Math.min(tries, MAX_PAUSE_MS));
      const sealed = this.seal.chain(this.project, (this.tail ??= await this.findTail()), left);
      const added = await this.insert(sealed);
      stored.push(...sealed.slice(0, added));
      left = left.slice(added);
      if (left.length > 0) left = await this.store.missing(this.project, left);
    }
    if (this.tail) await this.moveHead(this.tail);
    return stored;
  }

  private async moveHead(tail: ChainPoint): Promise<void> {
    const head = this.seal.sign('head', this.project, tail);
    await this.store.moveHead(this.project, head);
    this.watch.advanced(head);
  }

  private async insert(sealed: StoredEntry[]): Promise<number> {
    const before = this.tail;
    // Until it is known what was added, nothing is.
    this.tail = undefined;
    const added = await this.store.insert(this.project, sealed);
    if (added === sealed.length) this.tail = sealed.at(-1) ?? before;
    return added;
  }

  /** The head is read first: in a chain that is whole, it is never beyond the last entry. */
  private async findTail(): Promise<ChainPoint> {
    const { project, store, seal } = this;
    const heads = await store.heads(project);
    const tail = await store.tail(project);
    if (!heads && !tail) {
      if (await store.open(project, seal.sign('head', project, BEGINNING))) this.watch.opened();
      return BEGINNING;
    }
    const head = heads && seal.isSigned('head', project, heads.head) ? heads.head : undefined;
    const start = heads?.start && seal.isSigned('start', project, heads.start) ? heads.start : BEGINNING;
    const found = tail ?? { seq: start.seq, hash: start.hash };
    if (head && head.seq <= found.seq) return found;
    this.watch.damaged(head?.seq, found.seq);
    // One that nobody signed would stay for ever if it pointed far enough.
    if (heads && !head) await store.close(project);
    // What is missing stays visible as a gap, instead of being grown over.
    return head ? { seq: head.seq, hash: head.hash } : found;
  }
}
