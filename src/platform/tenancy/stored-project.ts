/** Collection of the installation that holds the projects. */
export const PROJECTS = '_PROJECTS';

/** How much a project may keep; unset is without a limit of its own. */
export interface ProjectQuotas {
  /** Bytes of all files together. */
  bytes?: number;
  /** Number of files. */
  files?: number;
  /** Bytes of one file. */
  upload?: number;
}

/** A project as it is stored. The default project has a document only when something of it was changed. */
export interface StoredProject {
  /** 24 hex digits; `default` for the default project. */
  _id: string;
  name: string;
  /** Whether all its routes are closed for the time being. */
  frozen: boolean;
  quotas?: ProjectQuotas;
  _inserted: Date;
  _patched?: Date;
  /** When it was deleted; it can be restored until `purge_at`. */
  deleted_at?: Date;
  /** When it is gone for good. */
  purge_at?: Date;
  /** Whether its end has begun, and nobody can restore it any more. */
  purging?: boolean;
}
