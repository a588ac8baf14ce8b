import type { RootDatabase } from 'lmdb';
import type { Tree, Trees } from './trees.js';

/** How the data file is used, in bytes. */
export interface Space {
  /** Address space that the file may grow into before it is mapped anew. */
  mapBytes: number;
  /** Pages up to the last one. */
  fileBytes: number;
  /** Pages that hold something. */
  usedBytes: number;
  /** Pages that will be used again before the file grows. */
  freeBytes: number;
  entries: { records: number; indexes: number };
}

/** What lmdb tells of a tree, which its types leave open. */
interface TreeStats {
  pageSize: number;
  treeBranchPageCount: number;
  treeLeafPageCount: number;
  overflowPages: number;
  entryCount: number;
}

interface RootStats extends TreeStats {
  mapSize: number;
  lastPageNumber: number;
  root: TreeStats;
  free: TreeStats;
}

/** The two pages in front that say where everything is. */
const META_PAGES = 2;

/** Adds the pages of all trees up: LMDB itself knows the number of free pages only by reading their lists. */
export function spaceOf(root: RootDatabase<Buffer, Buffer>, trees: Trees): Space {
  const stats = root.getStats() as RootStats;
  const { records, indexes, others } = trees.all;
  const of = (some: readonly Tree[]) => some.map((tree) => tree.getStats() as TreeStats);
  const ofRecords = of(records);
  const ofIndexes = of(indexes);
  const all = [...ofRecords, ...ofIndexes, ...of(others), stats.root, stats.free];
  const used = all.reduce((sum, tree) => sum + pagesOf(tree), META_PAGES);
  const pages = Math.max(stats.lastPageNumber + 1, used);
  return {
    mapBytes: stats.mapSize,
    fileBytes: pages * stats.pageSize,
    usedBytes: used * stats.pageSize,
    freeBytes: (pages - used) * stats.pageSize,
    entries: { records: entriesOf(ofRecords), indexes: entriesOf(ofIndexes) },
  };
}

const pagesOf = ({ treeBranchPageCount, treeLeafPageCount, overflowPages }: TreeStats): number =>
  treeBranchPageCount + treeLeafPageCount + overflowPages;

const entriesOf = (trees: TreeStats[]): number => trees.reduce((sum, { entryCount }) => sum + entryCount, 0);
