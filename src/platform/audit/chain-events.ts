/** What the trail says of itself. */

/** In the trail of the installation: a further project has one. */
export const CHAIN_OPENED = 'audit.opened';

/** In the trail of the installation: a project is gone, and its trail with it. */
export const CHAIN_CLOSED = 'audit.closed';

/** Older entries were removed when their time was over. */
export const CHAIN_PRUNED = 'audit.pruned';

/** What was personal was taken out of entries. */
export const PERSON_FORGOTTEN = 'audit.forgotten';

/** Entries were missing at the end, or the head was. */
export const CHAIN_DAMAGED = 'audit.damaged';
