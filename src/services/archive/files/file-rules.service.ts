import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { RowRules, type Reach, type RuleAction } from '../../../platform/security/rules/row-rules.service.js';
import type { HiddenFields } from '../../../platform/security/rules/hidden-fields.js';
import type { StoredFile } from './file.js';

/** Asks the rules of `_ARCHIVE` what a caller may do with files. */
@Injectable()
export class FileRules {
  constructor(
    private readonly rules: RowRules,
    private readonly config: Config,
  ) {}

  reach(caller: Caller, action: RuleAction): Promise<Reach> {
    return this.rules.reach(caller, this.config.MONGODB_ARCHIVE_COLLECTION, action);
  }

  /** Which files are within reach. @throws CoglexError `not_found` when none can be */
  async filter(caller: Caller, action: RuleAction): Promise<mongo.Filter<StoredFile>> {
    const reach = await this.reach(caller, action);
    if (reach.kind === 'none') throw closed();
    return reach.kind === 'all' ? {} : reach.filter;
  }

  /**
   * Whether new files may be made. Asked before the bytes come.
   *
   * @returns checks the file once everything is known of it
   * @throws CoglexError `not_found` when no rule opens them
   */
  async creation(caller: Caller): Promise<(file: StoredFile) => void> {
    const reach = await this.reach(caller, 'create');
    if (reach.kind === 'none') throw closed();
    return (file) => this.check(reach, file);
  }

  /** Whether a file may be as it would become. @throws CoglexError `forbidden` */
  check(reach: Reach, file: mongo.Document): void {
    if (reach.kind === 'some' && !reach.admits(file))
      throw new CoglexError('forbidden', { detail: 'The rules of files do not admit this one.' });
  }

  /** What the caller must not see of files. */
  hidden(caller: Caller): Promise<HiddenFields> {
    return this.rules.hidden(caller, this.config.MONGODB_ARCHIVE_COLLECTION);
  }
}

/** What no rule opens answers as if there were nothing. */
const closed = () =>
  new CoglexError('not_found', { detail: 'There are no files here, or no rule lets you reach them.' });
