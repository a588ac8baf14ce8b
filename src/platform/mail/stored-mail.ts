/** A mail that waits in `_MAIL` of the installation. */
export interface StoredMail {
  /** 24 hex digits. */
  _id: string;
  project: string;
  /** Id of the request that caused it. */
  request?: string;
  /** Absent for a mail that only looks like one: see `Mailer.send()`. */
  to?: string;
  /** The rendered letter, sealed: codes and links do not lie in the database as they are. */
  letter: string;
  tries: number;
  /** When it is tried next; absent when it is not any more. */
  due?: Date;
  /** What the last attempt failed with. */
  problem?: string;
  _inserted: Date;
  expires: Date;
}

/** Name of the collection. */
export const MAIL = '_MAIL';

/** Purpose for which letters are sealed. */
export const LETTER = 'letter';

/** Name of the job that delivers. */
export const DELIVERY_JOB = 'mail-delivery';
