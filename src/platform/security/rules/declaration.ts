import type { Plain } from '../../database/query/walk.js';
import type { DeclaredEncryption, StoredEncryption } from '../../encryption/encryption-state.js';

/** What somebody wants to do with the documents of a collection. */
export const RULE_ACTIONS = ['list', 'view', 'create', 'update', 'delete', 'aggregate'] as const;

/** One of {@link RULE_ACTIONS}. */
export type RuleAction = (typeof RULE_ACTIONS)[number];

/** Name of the collection in which a project keeps its declarations. */
export const DECLARATIONS = '_SCHEMAS';

/** An index that is to be there. */
export interface DeclaredIndex {
  keys: Record<string, 1 | -1>;
  /** What its declaration calls it. */
  name?: string;
  unique?: boolean;
  sparse?: boolean;
  /** Only documents that match are indexed. */
  partialFilterExpression?: Plain;
}

/** When documents are deleted by themselves: some time after the date in a field. */
export interface DeclaredExpiry {
  field: string;
  seconds: number;
}

/** What a project says of one of its collections. */
export interface Declaration {
  /** JSON Schema of the documents. */
  schema?: Plain;
  /** MongoDB filters with placeholders; an action without one is for secret keys alone. */
  rules?: Partial<Record<RuleAction, Plain>>;
  /** Fields that the server sets on new documents of callers without a secret key. */
  stamp?: Plain;
  /** Fields that only secret keys see. */
  hidden?: string[];
  /** Fields that are encrypted where they are stored, by their paths. */
  encrypted?: Record<string, DeclaredEncryption>;
  indexes?: DeclaredIndex[];
  /** Values of fields that a new document lacks. */
  defaults?: Plain;
  /** A number alone counts seconds from the insert. */
  ttl?: number | DeclaredExpiry;
  /** `new`: documents that were there before need not fulfil the schema. */
  validate?: 'new';
}

/** A declaration as it is stored. */
export interface StoredDeclaration {
  /** Name of the collection. */
  _id: string;
  /** Another one with every change. */
  version: string;
  /** The {@link Declaration} as JSON: a database has its own ideas about names such as `$ref`. */
  declaration: string;
  /** Whether indexes may have to be built or removed. */
  pending: boolean;
  /** How far the encryption of its fields is, also of such as are no longer declared. */
  encryption?: StoredEncryption;
  /** Nothing is declared any more; it goes once the documents are decrypted. */
  removed?: true;
  _inserted: Date;
  _patched?: Date;
}
