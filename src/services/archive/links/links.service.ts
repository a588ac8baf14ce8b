import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { Tokens } from '../../../platform/security/tokens.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import type { Disposition } from '../download/file-headers.js';
import { ARCHIVE_PATH, type StoredFile } from '../files/file.js';
import { FileRules } from '../files/file-rules.service.js';
import { Files, noSuchFile } from '../files/files.service.js';
import { Uploads, type UploadTerms } from '../upload/uploads.service.js';

const DOWNLOAD = { purpose: 'archive-download' };
const UPLOAD = { purpose: 'archive-upload' };

/** A URL, and until when it works. */
export interface Link {
  url: string;
  expires_at: Date;
}

interface DownloadClaims {
  project: string;
  file: string;
  disposition: Disposition;
}

interface UploadClaims {
  project: string;
  link: string;
}

/** An upload link that has not been used yet. */
interface StoredLink {
  _id: string;
  until: Date;
  terms: UploadTerms;
  /** For whom the file is made; the rules are asked again. */
  caller: Caller;
  /** Since when somebody uploads to it. */
  claimed?: Date;
}

/** Links that work without a key: they are signed, for one file or one upload, and end by themselves. */
@Injectable()
export class Links {
  constructor(
    private readonly tokens: Tokens,
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly projects: Projects,
    private readonly files: Files,
    private readonly uploads: Uploads,
    private readonly rules: FileRules,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `not_found` for a file that the caller may not see */
  async toDownload(
    request: FastifyRequest,
    caller: Caller,
    reference: string,
    { expiresIn, disposition }: { expiresIn: number; disposition: Disposition },
  ): Promise<Link> {
    const file = await this.files.get(caller, reference);
    const claims: DownloadClaims = { project: this.context.project, file: file._id, disposition };
    const token = await this.tokens.sign({ ...claims }, { ...DOWNLOAD, expiresIn: this.life(expiresIn) });
    return this.link(request, 'link', token, expiresIn);
  }

  /** @throws CoglexError `forbidden` when the caller may make no files */
  async toUpload(
    request: FastifyRequest,
    caller: Caller,
    expiresIn: number,
    terms: UploadTerms,
  ): Promise<Link> {
    await this.rules.creation(caller);
    const until = new Date(Date.now() + this.life(expiresIn) * 1000);
    const link = randomBytes(16).toString('hex');
    await this.links().insertOne({ _id: link, until, terms, caller });
    const claims: UploadClaims = { project: this.context.project, link };
    const token = await this.tokens.sign({ ...claims }, { ...UPLOAD, expiresIn });
    return this.link(request, 'link/upload', token, expiresIn);
  }

  /** The file of a download link, in whose project the request goes on. @throws CoglexError `not_found` */
  async file(token: string): Promise<{ file: StoredFile; disposition: Disposition }> {
    const claims = await this.tokens.verify<DownloadClaims>(token, DOWNLOAD);
    if (!claims || !(await this.projects.enter(claims.project))) throw noSuchLink();
    const file = await this.files.files().findOne({ _id: claims.file });
    return { file: file ?? noSuchFile(), disposition: claims.disposition };
  }

  /**
   * Takes the one upload of a link. One that fails can be tried again.
   *
   * @throws CoglexError `not_found` for a link that is forged or expired, `gone` for one that was used
   */
  async take(request: FastifyRequest, token: string): Promise<StoredFile> {
    const claims = await this.tokens.verify<UploadClaims>(token, UPLOAD);
    if (!claims || !(await this.projects.enter(claims.project))) throw noSuchLink();
    const link = await this.links().findOneAndUpdate(
      { _id: claims.link, claimed: { $exists: false } },
      { $set: { claimed: new Date() } },
    );
    if (!link) throw new CoglexError('gone', { detail: 'The link was used, or somebody is using it.' });
    try {
      return await this.uploads.take(request, link.caller, link.terms);
    } catch (error) {
      await this.links().updateOne({ _id: link._id }, { $unset: { claimed: '' } });
      throw error;
    }
  }

  /** Forgets links that nobody can use any more. */
  async sweep(now: Date): Promise<void> {
    await this.links().deleteMany({ until: { $lte: now } });
  }

  private life(expiresIn: number): number {
    const { ARCHIVE_MAX_LINK: most } = this.config;
    if (expiresIn <= most) return expiresIn;
    const message = `expires_in must not be greater than ${most}`;
    throw new CoglexError('validation_failed', {
      detail: message,
      errors: [{ field: '/expires_in', message }],
    });
  }

  private link(request: FastifyRequest, path: string, token: string, expiresIn: number): Link {
    const base = this.config.BASE_URL ? this.config.baseUrl : `${request.protocol}://${request.host}`;
    return {
      // Query strings stay out of the log.
      url: `${base}${ARCHIVE_PATH}/${path}?token=${encodeURIComponent(token)}`,
      expires_at: new Date(Date.now() + expiresIn * 1000),
    };
  }

  private links(): mongo.Collection<StoredLink> {
    return this.database.collection<StoredLink>('_ARCHIVE_LINKS');
  }
}

const noSuchLink = () => new CoglexError('not_found', { detail: 'The link is forged or expired.' });
