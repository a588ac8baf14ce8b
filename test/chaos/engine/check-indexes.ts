import type { Collection } from 'mongodb';
import type { Item } from './writer.ts';

/** Asks the engine to validate itself, and then each index whether it finds what a scan finds. */
export async function checkIndexes(items: Collection<Item>): Promise<string[]> {
  const findings: string[] = [];
  const report = await items.db.command({ validate: items.collectionName, full: true });
  if (report.valid !== true) findings.push(`validate: ${JSON.stringify(report.errors)}`);
  const all = await items.find({}, { hint: { $natural: 1 } }).toArray();
  const ids = (found: { _id: string }[]) =>
    found
      .map(({ _id }) => _id)
      .sort()
      .join();
  for (const group of [0, 3, 7]) {
    const scanned = ids(all.filter((item) => item.group === group));
    const indexed = ids(await items.find({ group }, { hint: { group: 1, counter: -1 } }).toArray());
    if (scanned !== indexed) findings.push(`the compound index disagrees on group ${group}`);
  }
  for (const tag of ['t0', 'u3']) {
    const scanned = ids(all.filter((item) => item.tags.includes(tag)));
    if (scanned !== ids(await items.find({ tags: tag }, { hint: { tags: 1 } }).toArray()))
      findings.push(`the multikey index disagrees on tag ${tag}`);
  }
  const slots = await items.find({}, { hint: { slot: 1 }, projection: { slot: 1 } }).toArray();
  if (ids(slots) !== ids(all)) findings.push('the unique index disagrees with a scan');
  return findings;
}
