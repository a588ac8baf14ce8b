import type { StoredEntry } from '../audit-entry.js';
import { CHAIN_DAMAGED } from '../chain-events.js';
import { BEGINNING, type ChainPoint, type ChainSeal, type SignedPoint } from '../chain/chain-seal.js';
import type { StoredHeads } from '../chain/chain-store.service.js';

/** Where a chain is broken first, and why. */
export interface ChainBreak {
  seq: number;
  reason: string;
}

/** What was found out of one chain. */
export interface ChainReport {
  project: string;
  /** How many entries are good, up to the first break. */
  entries: number;
  /** How many of these are about somebody who was forgotten. */
  forgotten: number;
  /** The last good place. */
  end: ChainPoint;
  broken?: ChainBreak;
}

/** A chain, and what is known of it apart from it. */
export interface Chain {
  project: string;
  heads?: StoredHeads;
  /** How far this machine has seen it come. */
  seen?: SignedPoint;
  /** Those after the place where it begins, in their order. */
  entries: AsyncIterable<StoredEntry>;
  /** Sees every good entry. */
  visit?: (entry: StoredEntry) => void;
}

/** Goes along a chain until it is broken, or ends where it must. */
export async function verifyChain(
  seal: ChainSeal,
  { project, heads, seen, entries, visit }: Chain,
): Promise<ChainReport> {
  const report: ChainReport = { project, entries: 0, forgotten: 0, end: startOf(heads) };
  const broken = (seq: number, reason: string) => ({ ...report, broken: { seq, reason } });
  const unsigned = unsignedPoint(seal, project, { start: heads?.start, head: heads?.head, seen });
  if (unsigned) return broken(unsigned.point.seq, unsigned.reason);
  for await (const entry of entries) {
    const reason = heads
      ? whyBroken(seal, project, report.end, entry, [heads.head, ...(seen ? [seen] : [])])
      : 'the head of the chain is gone';
    if (reason !== undefined) return broken(Math.min(entry.seq, report.end.seq + 1), reason);
    report.entries += 1;
    if (entry.salt === undefined) report.forgotten += 1;
    report.end = { seq: entry.seq, hash: entry.hash };
    visit?.(entry);
  }
  if (heads && report.end.seq < heads.head.seq)
    return broken(report.end.seq + 1, `the end is missing: there were ${heads.head.seq} entries`);
  if (seen && report.end.seq < seen.seq)
    return broken(report.end.seq + 1, `the end is missing: this machine has seen ${seen.seq} entries`);
  return report;
}

function whyBroken(
  seal: ChainSeal,
  project: string,
  last: ChainPoint,
  entry: StoredEntry,
  known: SignedPoint[],
): string | undefined {
  if (entry.seq > last.seq + 1) return `entries ${last.seq + 1} to ${entry.seq - 1} are missing`;
  if (entry.seq !== last.seq + 1) return 'the order is not that of the chain';
  if (!seal.knows(entry.signed_with)) return OTHER_SECRET;
  if (!seal.isGenuine(project, entry)) return 'the entry was changed, or forged';
  if (entry.previous !== last.hash) return 'the entry does not follow the one before it';
  if (known.some(({ seq, hash }) => seq === entry.seq && hash !== entry.hash))
    return 'another entry was there before';
  if (entry.what === CHAIN_DAMAGED) return 'the server found the end missing when it went on here';
  return undefined;
}

const OTHER_SECRET =
  'it is signed with another SERVER_SECRET; an earlier one belongs into AUDIT_PREVIOUS_SECRETS';

interface KnownPoints {
  start?: SignedPoint;
  head?: SignedPoint;
  seen?: SignedPoint;
}

function unsignedPoint(seal: ChainSeal, project: string, { start, head, seen }: KnownPoints) {
  for (const [name, kind, point] of [
    ['beginning', 'start', start],
    ['head', 'head', head],
    ['head that this machine has seen', 'head', seen],
  ] as const) {
    if (!point) continue;
    const what = `the ${name} of the chain`;
    if (!seal.knows(point.signed_with)) return { point, reason: `${what}: ${OTHER_SECRET}` };
    if (!seal.isSigned(kind, project, point)) return { point, reason: `${what} is forged` };
  }
  return undefined;
}

function startOf(heads: StoredHeads | undefined): ChainPoint {
  return heads?.start ? { seq: heads.start.seq, hash: heads.start.hash } : BEGINNING;
}
