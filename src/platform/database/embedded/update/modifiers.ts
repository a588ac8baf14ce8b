import type { Collation, Document } from '../types.js';

/** What a {@link Change} answers to remove its field; in an array the element becomes null. */
export const REMOVE: unique symbol = Symbol('remove');

/** The circumstances of one application of an update. */
export interface ChangeContext {
  /** The document before the update. */
  readonly root: Document;
  /** Time of the command. */
  readonly now: Date;
}

/** The change at the end of a path. */
export interface Change {
  /** Gets `undefined` for a missing field, and answers with the same value for no change, or with {@link REMOVE}. */
  readonly apply: (current: unknown, context: ChangeContext) => unknown;
  /** Whether missing fields on the way are made; otherwise a path that leads nowhere changes nothing. */
  readonly creates: (context: ChangeContext) => boolean;
}

/** What the making of a change may need. */
export interface ModifierContext {
  /** The path as the caller wrote it, for messages. */
  readonly path: string;
  readonly collation?: Collation;
  /** Names in `$$name` that conditions may read. */
  readonly variables?: Record<string, unknown>;
}

/** Checks the operand of an update operator once and makes the change. */
export type Modifier = (operand: unknown, context: ModifierContext) => Change;

const always = (): boolean => true;
const never = (): boolean => false;

/** A change that makes the fields on its path. */
export function creating(apply: Change['apply']): Change {
  return { apply, creates: always };
}

/** A change of what exists. */
export function existing(apply: Change['apply']): Change {
  return { apply, creates: never };
}
