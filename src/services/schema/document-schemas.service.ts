import { Injectable } from '@nestjs/common';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import type { CompiledDeclaration } from '../../platform/security/rules/compiled-declaration.js';
import { Declarations } from '../../platform/security/rules/declarations.service.js';
import { DocumentSchema } from './document-schema.js';

/** The schemas of the current project's collections, each compiled once for every version. */
@Injectable()
export class DocumentSchemas {
  private readonly compiled = new WeakMap<CompiledDeclaration, DocumentSchema>();

  constructor(
    private readonly declarations: Declarations,
    private readonly guard: QueryGuard,
  ) {}

  /** `undefined` for a collection of which nothing is declared. */
  async of(collection: string): Promise<DocumentSchema | undefined> {
    const declared = await this.declarations.of(collection);
    if (!declared) return undefined;
    let schema = this.compiled.get(declared);
    if (!schema) this.compiled.set(declared, (schema = this.compile(declared)));
    return schema;
  }

  /** @throws CoglexError `schema_refused`, or `document_refused` for defaults that cannot be stored */
  compile(declared: CompiledDeclaration): DocumentSchema {
    // A copy: what stands in it as Extended JSON is put in place of it.
    const defaults: unknown = JSON.parse(JSON.stringify(declared.declaration.defaults ?? {}));
    const checked = this.guard.document(defaults, '/defaults', (field) => field.startsWith('_'));
    return new DocumentSchema(declared, checked);
  }
}
