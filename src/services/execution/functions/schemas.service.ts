import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ValueSchema } from './value-schema.js';

/** Compiled schemas, for compiling costs more than a run. */
@Injectable()
export class Schemas {
  private readonly compiled = new LRUCache<string, ValueSchema>({ max: 500 });

  /** @throws CoglexError `validation_failed`. @param name of the field that it came in */
  of(schema: Record<string, unknown>, name: string): ValueSchema {
    const key = JSON.stringify(schema);
    const known = this.compiled.get(key) ?? ValueSchema.compile(schema, name);
    this.compiled.set(key, known);
    return known;
  }
}
