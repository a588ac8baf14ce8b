import { Injectable, type PipeTransform } from '@nestjs/common';
import { OpenCollections } from '../../platform/database/query/open-collections.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';

/** Lets only open collections through; the system's answer as if they did not exist. */
@Injectable()
export class CollectionPipe implements PipeTransform<string, string> {
  constructor(private readonly collections: OpenCollections) {}

  transform(name: string): string {
    if (this.collections.has(name)) return name;
    throw new CoglexError('not_found', {
      detail:
        'There is no such collection. A name begins with a letter or a digit and has at most 100 letters, digits, "_" and "-".',
    });
  }
}
