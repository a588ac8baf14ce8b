import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Collation } from '../../types.js';
import { DocumentBuilder } from '../documents.js';
import { valueKeys } from '../keys.js';
import type { ValueKey } from '../keys.js';
import { approximateBytes } from '../memory.js';
import { typeName } from '../values.js';
import type { Accumulator } from './accumulator.js';

/** `$push`: every value but missing ones. */
export class Push implements Accumulator {
  private readonly values: unknown[] = [];

  add(value: unknown): number {
    if (value === undefined) return 0;
    this.values.push(value);
    return 8 + approximateBytes(value);
  }

  result(): unknown {
    return this.values;
  }
}

/** `$addToSet`: every distinct value but missing ones, in order of first appearance. */
export class AddToSet implements Accumulator {
  private readonly values = new Map<ValueKey, unknown>();
  private readonly key: (value: unknown) => ValueKey;

  constructor(collation: Collation | undefined) {
    this.key = valueKeys(collation);
  }

  add(value: unknown): number {
    if (value === undefined) return 0;
    const key = this.key(value);
    if (this.values.has(key)) return 0;
    this.values.set(key, value);
    return 64 + approximateBytes(value);
  }

  result(): unknown {
    return [...this.values.values()];
  }
}

/** `$first`: the first value, even a missing one. */
export class First implements Accumulator {
  private value: unknown = undefined;
  private empty = true;

  add(value: unknown): number {
    if (!this.empty) return 0;
    this.empty = false;
    this.value = value;
    return approximateBytes(value);
  }

  result(): unknown {
    return this.value;
  }
}

/** `$last`: the last value, even a missing one; its memory counts as the greatest it ever took. */
export class Last implements Accumulator {
  private value: unknown = undefined;
  private bytes = 0;

  add(value: unknown): number {
    this.value = value;
    const more = Math.max(approximateBytes(value) - this.bytes, 0);
    this.bytes += more;
    return more;
  }

  result(): unknown {
    return this.value;
  }
}

/** `$mergeObjects`: later fields replace earlier ones. */
export class MergeObjects implements Accumulator {
  private merged = new DocumentBuilder();

  add(value: unknown): number {
    if (value == null) return 0;
    if (!isDocument(value)) {
      throw new CommandError(
        40400,
        `$mergeObjects requires object inputs, but input of type ${typeName(value)} was given`,
      );
    }
    this.merged.assign(value);
    return approximateBytes(value);
  }

  result(): unknown {
    const result = this.merged.finish();
    this.merged = new DocumentBuilder();
    this.merged.assign(result);
    return result;
  }
}
