import type { PipeTransform } from '@nestjs/common';
import { CoglexError } from '../../platform/errors/coglex-error.js';

/** Documents to insert, with their places in the body for messages. */
export interface NewDocuments {
  documents: unknown[];
  /** JSON Pointer of a document in the body. */
  placeOf: (index: number) => string;
}

/**
 * Reads the three forms of an insert: one document, a list of documents, and `{"documents": […]}`. An object whose
 * only member is a list named `documents` is always a batch; such a document must itself be sent in a list.
 */
export class NewDocumentsPipe implements PipeTransform<unknown, NewDocuments> {
  transform(body: unknown): NewDocuments {
    if (Array.isArray(body)) return { documents: body, placeOf: (index) => `/${index}` };
    if (typeof body !== 'object' || body === null)
      throw new CoglexError('validation_failed', {
        detail: 'The body must be a document, a list of documents, or {"documents": […]}.',
      });
    if (isBatch(body)) return { documents: body.documents, placeOf: (index) => `/documents/${index}` };
    return { documents: [body], placeOf: () => '' };
  }
}

function isBatch(body: object): body is { documents: unknown[] } {
  return Object.keys(body).length === 1 && 'documents' in body && Array.isArray(body.documents);
}
