import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';
import { DECLARATIONS, type StoredDeclaration } from '../security/rules/declaration.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { EncryptedProjects } from './encrypted-projects.service.js';
import { EncryptionKeys } from './encryption-keys.service.js';
import { progressOf, type EncryptionProgress } from './encryption-state.js';

/** Most collections that are told one by one. */
const MAX_TOLD = 1000;

/** A collection with encrypted fields. */
export interface EncryptedCollection extends EncryptionProgress {
  project: string;
  collection: string;
  /** Ids of the keys that its values need. */
  keys: string[];
}

/** A key, and whether it is there and needed. */
export interface KeyUse {
  id: string;
  current: boolean;
  /** Whether the server has it. */
  available: boolean;
  /** Whether stored values may need it. */
  in_use: boolean;
}

/** Encryption of the whole installation. */
export interface Overview {
  keys: KeyUse[];
  status: EncryptionProgress['status'];
  done: number;
  left: number;
  failed: number;
  collections: EncryptedCollection[];
}

/** Tells which keys are needed, and how far the documents are, over all projects. */
@Injectable()
export class EncryptionOverview {
  constructor(
    private readonly database: Database,
    private readonly projects: EncryptedProjects,
    private readonly keys: EncryptionKeys,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  async all(): Promise<Overview> {
    const collections: EncryptedCollection[] = [];
    const needed = new Set<string>();
    const sum = { done: 0, left: 0, failed: 0 };
    const seen = new Set<EncryptionProgress['status']>();
    for await (const one of this.collections()) {
      if (collections.length < MAX_TOLD) collections.push(one);
      for (const id of one.keys) needed.add(id);
      seen.add(one.status);
      sum.done += one.done;
      sum.left += one.left;
      sum.failed += one.failed;
    }
    const status = (['running', 'failed'] as const).find((worst) => seen.has(worst)) ?? 'done';
    return { keys: this.used(needed), status, ...sum, collections };
  }

  /** Ids of keys that stored values may need and the server does not have. */
  async missing(): Promise<string[]> {
    const missing = new Set<string>();
    for await (const { keys } of this.collections())
      for (const id of keys) if (!this.keys.has(id)) missing.add(id);
    return [...missing];
  }

  private used(needed: ReadonlySet<string>): KeyUse[] {
    const current = this.keys.current.id;
    return [...new Set([...this.keys.own, ...needed])].map((id) => ({
      id,
      current: id === current,
      available: this.keys.has(id),
      in_use: needed.has(id),
    }));
  }

  private async *collections(): AsyncGenerator<EncryptedCollection> {
    for (const project of await this.projects.all()) {
      const found = await this.context.run(project, () =>
        this.database
          .collection<StoredDeclaration>(DECLARATIONS)
          .find(
            { encryption: { $exists: true } },
            { projection: { encryption: 1 }, maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
          )
          .toArray(),
      );
      for (const { _id: collection, encryption } of found)
        if (encryption) yield { project, collection, keys: encryption.keys, ...progressOf(encryption) };
    }
  }
}
