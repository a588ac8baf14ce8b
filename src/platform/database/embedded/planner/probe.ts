import type { Collection } from '../storage/collection.js';
import { countEntries } from '../storage/scan.js';
import type { IndexScan, Query } from './plan.js';

/** How many entries are counted at first, and how much further each time. */
const FIRST_LIMIT = 64;
const GROWTH = 4;
const LAST_LIMIT = 4096;

/** The scan that has the fewest entries to read. */
export function cheapest(collection: Collection, scans: readonly IndexScan[]): IndexScan | undefined {
  if (scans.length < 2) return scans[0];
  const ranked = [...scans].sort((a, b) => b.bounds.depth - a.bounds.depth);
  for (let limit = FIRST_LIMIT; limit <= LAST_LIMIT; limit *= GROWTH) {
    const counts = ranked.map((scan) => count(collection, scan, limit));
    const least = Math.min(...counts);
    if (least < limit) return ranked[counts.indexOf(least)];
  }
  // All of them are long: the one that uses most of the filter is the best guess.
  return ranked[0];
}

/**
 * Whether reading in the order of the sort is better than reading fewer entries and sorting them.
 *
 * Of a scan in order, about `wanted × documents ÷ matches` are read until enough of them match. Matches are counted
 * only as far as it takes to decide.
 */
export function compareToOrdered(
  collection: Collection,
  selective: IndexScan,
  ordered: IndexScan,
  { skip, limit }: Query,
): boolean {
  const documents = collection.statistics.count;
  const wanted = limit > 0 ? skip + limit : Infinity;
  for (let cap = FIRST_LIMIT; ; cap *= GROWTH) {
    const matches = count(collection, selective, cap);
    const length = ordered.bounds.depth > 0 ? count(collection, ordered, cap) : documents;
    const read = Math.min(length, (wanted * documents) / Math.max(matches, 1));
    if (matches < cap) return read <= matches;
    if (read <= cap || cap > documents) return true;
  }
}

function count(collection: Collection, { index, bounds }: IndexScan, limit: number): number {
  let sum = 0;
  for (const range of bounds.ranges) {
    sum += countEntries(collection, index, range, limit - sum);
    if (sum >= limit) break;
  }
  return sum;
}
