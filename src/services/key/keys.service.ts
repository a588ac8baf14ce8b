import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Audit } from '../../platform/audit/audit.service.js';
import { Config } from '../../platform/config/config.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { Events } from '../../platform/events/events.service.js';
import type { KeyClaims } from '../../platform/security/caller.js';
import { KeyRing } from '../../platform/security/key-ring.service.js';
import { KeyOrigins } from '../../platform/security/keys/key-origins.service.js';
import { KeyText } from '../../platform/security/keys/key-text.service.js';
import { isWithin } from '../../platform/security/keys/scopes.js';
import type { StoredKey } from '../../platform/security/keys/stored-key.js';
import { DEFAULT_PROJECT, ProjectContext } from '../../platform/tenancy/project-context.service.js';
import { Projects } from '../../platform/tenancy/projects.service.js';
import type { CreateKeyDto } from './dto/create-key.dto.js';
import type { KeyDto, NewKeyDto, RevokedKeyDto } from './dto/key.dto.js';
import type { ListKeysDto } from './dto/use-key.dto.js';
import type { ValidatedKeyDto } from './dto/validated-key.dto.js';
import type { KeyEvent } from './key-events.js';
import { checkStrength, grant } from './key-strength.js';
import { viewOf } from './key-view.js';
import { KeysRepository } from './keys.repository.js';

/** Most texts of one key that can be in their grace period at a time. */
const MAX_RETIRED = 10;

/**
 * API keys of projects. The key that asks is always passed: none sees more than its own project, and none handles
 * a key stronger than itself.
 */
@Injectable()
export class KeysService {
  constructor(
    private readonly keys: KeysRepository,
    private readonly ring: KeyRing,
    private readonly text: KeyText,
    private readonly origins: KeyOrigins,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `key_not_allowed`, `not_found`, `validation_failed`, `conflict` */
  async create(maker: KeyClaims, { name, type, project, ...asked }: CreateKeyDto): Promise<NewKeyDto> {
    const home = await this.home(maker, project);
    const strength = grant(maker, { ...asked, expires_at: expiryOf(asked.expires_at) });
    if ((await this.keys.count(home)) >= this.config.KEYS_MAX)
      throw new CoglexError('conflict', { detail: `A project has at most ${this.config.KEYS_MAX} keys.` });
    const _id = new mongo.ObjectId().toHexString();
    const { text, hash } = this.text.write(type, _id);
    const key: StoredKey = {
      ...{ _id, hash, retired: [], type, name, project: home },
      ...strength,
      created_by: maker.id,
      _inserted: new Date(),
    };
    await this.keys.insert(key);
    this.origins.forget();
    await this.tell('key.created', key, maker, { after: viewOf(key) });
    return { ...viewOf(key), key: text };
  }

  /** The keys of the project that are no stronger in their scopes; for the root key those of all projects. */
  async list(asker: KeyClaims, { project, skip, limit }: ListKeysDto): Promise<KeyDto[]> {
    if (asker.type === 'root') {
      const wanted = project ?? (this.context.project === DEFAULT_PROJECT ? undefined : this.context.project);
      return (await this.keys.list(wanted, { skip, limit })).map(viewOf);
    }
    if (project !== undefined && project !== this.context.project) return [];
    const all = await this.keys.list(this.context.project, { skip: 0, limit: this.config.KEYS_MAX });
    return all
      .filter((key) => isWithin(key.scopes, asker.scopes))
      .slice(skip, skip + limit)
      .map(viewOf);
  }

  /** Whether a text is a good key of a project that the asker may see. */
  async validate(asker: KeyClaims, text: string): Promise<ValidatedKeyDto> {
    const key = await this.ring.recognize(text);
    if (key === undefined || key === 'root') return { valid: key === 'root' && asker.type === 'root' };
    if (asker.type !== 'root' && key.project !== this.context.project) return { valid: false };
    if (!(await this.exists(key.project))) return { valid: false };
    return { valid: true, ...viewOf(key) };
  }

  /** @throws CoglexError `not_found` also for a key of another project, or one with further scopes */
  async revoke(asker: KeyClaims, id: string): Promise<RevokedKeyDto> {
    const key = await this.visible(asker, id);
    const removed = await this.keys.remove(key);
    this.ring.forget(id);
    if (!removed) return noSuchKey();
    await this.tell('key.revoked', key, asker, { before: viewOf(key) });
    return { id, revoked: true };
  }

  /** @throws CoglexError `not_found` as {@link revoke}, and for what is the text of no key */
  async revokeText(asker: KeyClaims, text: string): Promise<RevokedKeyDto> {
    const key = await this.ring.recognize(text);
    return key === undefined || key === 'root' ? noSuchKey() : this.revoke(asker, key._id);
  }

  /**
   * Gives a key a new text.
   *
   * @param grace seconds for which the text of now, and those before it, stay good at most
   * @throws CoglexError `not_found`, `key_not_allowed`, `conflict`
   */
  async rotate(asker: KeyClaims, id: string, grace: number): Promise<NewKeyDto> {
    const key = await this.visible(asker, id);
    checkStrength(key, asker);
    const now = new Date();
    if (key.expires_at && key.expires_at <= now)
      throw new CoglexError('conflict', { detail: 'The key has expired. Make another one.' });
    const { text, hash } = this.text.write(key.type, id);
    const rotated = await this.keys.rotate(key, { hash, retired: retire(key, now, grace), rotated_at: now });
    this.ring.forget(id);
    if (!rotated) {
      await this.visible(asker, id);
      throw new CoglexError('conflict', { detail: 'The key was rotated by somebody else at the same time.' });
    }
    await this.tell('key.rotated', rotated, asker, { before: viewOf(key), after: viewOf(rotated) });
    return { ...viewOf(rotated), key: text };
  }

  /** @returns the project in which a new key shall be */
  private async home(maker: KeyClaims, project = this.context.project): Promise<string> {
    if (project === this.context.project) return project;
    if (maker.type !== 'root')
      throw new CoglexError('key_not_allowed', {
        detail: 'A key makes keys of its own project alone.',
        errors: [{ field: '/project', message: 'project must be that of the key that asks' }],
      });
    if (!(await this.exists(project)))
      throw new CoglexError('not_found', { detail: 'There is no such project.' });
    return project;
  }

  private async exists(project: string): Promise<boolean> {
    return project === DEFAULT_PROJECT || (await this.projects.find(project)) !== undefined;
  }

  private async visible(asker: KeyClaims, id: string): Promise<StoredKey> {
    const key = await this.keys.find(id, asker.type === 'root' ? undefined : this.context.project);
    return key && isWithin(key.scopes, asker.scopes) ? key : noSuchKey();
  }

  private tell(
    type: 'key.created' | 'key.rotated' | 'key.revoked',
    key: StoredKey,
    asker: KeyClaims,
    change: { before?: KeyDto; after?: KeyDto },
  ) {
    const data: KeyEvent = {
      id: key._id,
      name: key.name,
      type: key.type,
      project: key.project,
      by: asker.id,
    };
    const { name, type: kind, scopes } = key;
    const on = { type: 'key', id: key._id };
    return this.context.run(key.project, async () => {
      await this.audit.record(type, { on, ...change, detail: { name, type: kind, scopes } });
      await this.events.publish(type, data);
    });
  }
}

/** @throws CoglexError `validation_failed` for a moment that has passed */
function expiryOf(text: string | null | undefined): Date | null | undefined {
  if (text === undefined || text === null) return text;
  const expiry = new Date(text);
  if (expiry.getTime() > Date.now()) return expiry;
  const message = 'expires_at must lie in the future';
  throw new CoglexError('validation_failed', {
    detail: `${message}.`,
    errors: [{ field: '/expires_at', message }],
  });
}

/** The texts that stay good for a while, each no longer than the grace. */
function retire({ hash, retired }: StoredKey, now: Date, grace: number): StoredKey['retired'] {
  const until = new Date(now.getTime() + grace * 1000);
  const kept = [...retired, { hash, until }]
    .map((old) => ({ hash: old.hash, until: old.until < until ? old.until : until }))
    .filter((old) => old.until > now);
  if (kept.length > MAX_RETIRED)
    throw new CoglexError('conflict', {
      detail: `The key has ${MAX_RETIRED} earlier texts in their grace period. Rotate it without grace, or wait.`,
    });
  return kept;
}

function noSuchKey(): never {
  throw new CoglexError('not_found', { detail: 'There is no such key.' });
}
