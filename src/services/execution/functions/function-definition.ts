import type { Language } from '../worker/protocol.js';

/** Who may invoke a function: secret keys alone; also signed-in users; also whoever has a publishable key. */
export const ACCESS = ['secret', 'user', 'public'] as const;
export type FunctionAccess = (typeof ACCESS)[number];

/** What code may do with a collection. */
export const STORAGE_ACTIONS = ['find', 'insert', 'update', 'delete', 'aggregate'] as const;
export type StorageAction = (typeof STORAGE_ACTIONS)[number];

/** What code may do with files. */
export const FILE_ACTIONS = ['list', 'get', 'put', 'delete'] as const;
export type FileAction = (typeof FILE_ACTIONS)[number];

export interface CollectionGrant {
  name: string;
  actions: StorageAction[];
  /** Under whose rules: the caller's, or those of the function itself, which is trusted. */
  as: 'caller' | 'function';
}

export interface FileGrant {
  actions: FileAction[];
  as: 'caller' | 'function';
}

/** Everything that a function may do beside computing. */
export interface Grants {
  collections: CollectionGrant[];
  files: FileGrant | null;
  /** Hosts, with a port where it is not that of the scheme. */
  fetch: string[];
  secrets: string[];
  functions: string[];
}

/** What makes a function; a version of it never changes. */
export interface FunctionDefinition {
  code: string;
  language: Language;
  /** JSON Schema of the parameters and of the result. */
  parameters: Record<string, unknown> | null;
  returns: Record<string, unknown> | null;
  /** In milliseconds. */
  timeout: number;
  /** In MiB. */
  memory: number;
  access: FunctionAccess;
  grants: Grants;
  schedules: { cron: string }[];
  triggers: { event: string }[];
}

export interface FunctionVersion {
  version: number;
  created: Date;
  definition: FunctionDefinition;
}

/** A function as it is stored: all of it in one document, so that a change is whole or not there. */
export interface StoredFunction {
  /** Its name. */
  _id: string;
  version: number;
  created: Date;
  updated: Date;
  definition: FunctionDefinition;
  /** The newest last. */
  versions: FunctionVersion[];
}
