import { isDeepStrictEqual } from 'node:util';
import type { Collection, IndexDescription } from 'mongodb';

export interface Item {
  _id: string;
  slot: string;
  counter: number;
  tags: string[];
  group: number;
  text?: string;
}

/** Unique, single, compound and multikey. */
export const LOAD_INDEXES: IndexDescription[] = [
  { key: { slot: 1 }, unique: true },
  { key: { counter: 1 } },
  { key: { group: 1, counter: -1 } },
  { key: { tags: 1 } },
];

/** What a document must be: `undefined` is absent. With a write under way, either of two. */
interface Expectation {
  certain: Item | undefined;
  possible?: { item: Item | undefined };
}

/** A writer with more documents than this removes some, so that a round takes no longer than the one before. */
const MOST_DOCUMENTS = 500;

const random = (below: number) => Math.floor(Math.random() * below);

/** Writes documents that no other writer touches, and remembers what was acknowledged. */
export class Writer {
  acknowledged = 0;
  interrupted = 0;
  private readonly expected = new Map<string, Expectation>();
  private next = 0;

  private readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  /** Writes until the connection breaks. */
  async run(items: Collection<Item>): Promise<void> {
    for (;;) {
      try {
        await this.step(items);
      } catch {
        this.interrupted += 1;
        return;
      }
    }
  }

  private step(items: Collection<Item>): Promise<void> {
    if (this.expected.size > MOST_DOCUMENTS) return this.removeMany(items);
    switch (random(6)) {
      case 0:
        return this.insertMany(items);
      case 1:
        return this.increment(items);
      case 2:
        return this.modify(items);
      case 3:
        return this.replace(items);
      case 4:
        return this.remove(items);
      default:
        return this.insert(items);
    }
  }

  /** Compares with what the crash left, takes its own documents out of `stored`, and answers with what is wrong. */
  settle(stored: Map<string, Item>): string[] {
    const findings: string[] = [];
    for (const [id, expectation] of this.expected) {
      const found = stored.get(id);
      stored.delete(id);
      const right =
        isDeepStrictEqual(found, expectation.certain) ||
        (expectation.possible !== undefined && isDeepStrictEqual(found, expectation.possible.item));
      if (!right) findings.push(`${id} is ${JSON.stringify(found)}, not ${JSON.stringify(expectation)}`);
      if (found === undefined) this.expected.delete(id);
      else this.expected.set(id, { certain: found });
    }
    return findings;
  }

  private make(): Item {
    const id = `w${this.number}-${(this.next += 1)}`;
    return {
      _id: id,
      slot: `slot ${id}`,
      counter: random(100),
      group: random(10),
      tags: [`t${random(5)}`, `u${random(5)}`],
    };
  }

  private removeMany(items: Collection<Item>): Promise<void> {
    const ids = [...this.expected.keys()].slice(0, random(MOST_DOCUMENTS));
    return this.write(new Map(ids.map((id) => [id, undefined])), () =>
      items.deleteMany({ _id: { $in: ids } }),
    );
  }

  private any(): Item | undefined {
    const items = [...this.expected.values()].flatMap(({ certain }) => (certain ? [certain] : []));
    return items[random(items.length)];
  }

  /** Tells what will be, writes, and then knows it. */
  private async write(
    changes: Map<string, Item | undefined>,
    operation: () => Promise<unknown>,
  ): Promise<void> {
    for (const [id, item] of changes)
      this.expected.set(id, { certain: this.expected.get(id)?.certain, possible: { item } });
    await operation();
    this.acknowledged += 1;
    for (const [id, item] of changes) {
      if (item === undefined) this.expected.delete(id);
      else this.expected.set(id, { certain: item });
    }
  }

  private insert(items: Collection<Item>): Promise<void> {
    const item = this.make();
    return this.write(new Map([[item._id, item]]), () => items.insertOne({ ...item }));
  }

  private insertMany(items: Collection<Item>): Promise<void> {
    const batch = Array.from({ length: 20 }, () => this.make());
    return this.write(new Map(batch.map((item) => [item._id, item])), () =>
      items.insertMany(batch.map((item) => ({ ...item }))),
    );
  }

  private async increment(items: Collection<Item>): Promise<void> {
    const item = this.any();
    if (!item) return;
    const changed = { ...item, counter: item.counter + 1 };
    await this.write(new Map([[item._id, changed]]), () =>
      items.updateOne({ _id: item._id }, { $inc: { counter: 1 } }),
    );
  }

  private async modify(items: Collection<Item>): Promise<void> {
    const item = this.any();
    if (!item) return;
    const tag = `v${random(1000)}`;
    const changed = { ...item, tags: [...item.tags, tag].slice(-6) };
    await this.write(new Map([[item._id, changed]]), () =>
      items.findOneAndUpdate({ slot: item.slot }, { $push: { tags: { $each: [tag], $slice: -6 } } }),
    );
  }

  private async replace(items: Collection<Item>): Promise<void> {
    const item = this.any();
    if (!item) return;
    // Sizes vary, so that pages split and overflow.
    const changed = { ...item, group: random(10), text: 'x'.repeat(random(6000)) };
    const { _id, ...rest } = changed;
    await this.write(new Map([[_id, changed]]), () => items.replaceOne({ _id }, rest));
  }

  private async remove(items: Collection<Item>): Promise<void> {
    const item = this.any();
    if (!item) return;
    await this.write(new Map([[item._id, undefined]]), () => items.deleteOne({ _id: item._id }));
  }
}
