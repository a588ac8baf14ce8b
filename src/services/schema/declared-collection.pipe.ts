import { Injectable, type PipeTransform } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { OpenCollections } from '../../platform/database/query/open-collections.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';

/** Lets through what can be declared: collections of documents, and those of files and accounts. */
@Injectable()
export class DeclaredCollectionPipe implements PipeTransform<string, string> {
  constructor(
    private readonly collections: OpenCollections,
    private readonly config: Config,
  ) {}

  transform(name: string): string {
    const { MONGODB_ARCHIVE_COLLECTION: files } = this.config;
    if (this.collections.has(name) || this.collections.holdsAccounts(name) || name === files) return name;
    throw new CoglexError('not_found', { detail: 'There is no such collection.' });
  }
}
