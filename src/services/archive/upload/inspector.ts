import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { isListed, mediaTypeOf, SAMPLE_BYTES } from './media-type.js';

/** What a file turned out to be. */
export interface Inspection {
  size: number;
  sha256: string;
  mimetype: string;
}

/** What a file may be. */
export interface Expectations {
  filename: string;
  /** Lists of types that are allowed, all of which must have it; an empty list has all. */
  types: readonly (readonly string[])[];
}

/** Passes bytes on, counts and hashes them, and finds out what they are; ends early when that is not allowed. */
export class Inspector extends Transform {
  private readonly hash: Hash = createHash('sha256');
  private sample: Buffer[] = [];
  private sampled = 0;
  private size = 0;
  private mimetype?: string;

  constructor(private readonly expected: Expectations) {
    super({ highWaterMark: 1024 * 1024 });
  }

  /** To be asked when all bytes have passed. */
  result(): Inspection {
    if (this.mimetype === undefined) throw new Error('Not all bytes have passed');
    return { size: this.size, sha256: this.hash.digest('hex'), mimetype: this.mimetype };
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    this.hash.update(chunk);
    if (this.mimetype !== undefined) return done(null, chunk);
    this.sample.push(chunk);
    this.sampled += chunk.length;
    if (this.sampled < SAMPLE_BYTES) return done(null, chunk);
    this.recognize().then(() => done(null, chunk), done);
  }

  override _flush(done: TransformCallback): void {
    if (this.mimetype !== undefined) return done();
    this.recognize().then(() => done(), done);
  }

  private async recognize(): Promise<void> {
    const { filename, types } = this.expected;
    const sample = Buffer.concat(this.sample).subarray(0, SAMPLE_BYTES);
    this.sample = [];
    this.mimetype = await mediaTypeOf(sample, filename);
    for (const list of types) checkType(this.mimetype, list);
  }
}

/** @throws CoglexError `file_type_refused` */
export function checkType(mimetype: string, types: readonly string[]): void {
  if (types.length === 0 || isListed(mimetype, types)) return;
  throw new CoglexError('file_type_refused', { detail: `Files of the type ${mimetype} are not taken here.` });
}
