import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { Blob } from '../blobs/blob.js';
import { BlobReader } from '../blobs/blob-reader.service.js';
import type { StoredFile } from '../files/file.js';
import { ImageCache } from './image-cache.service.js';
import type { ImageParametersDto } from './image-parameters.dto.js';
import { resize, type ImageFormat } from './resize.js';
import { Turnstile } from './turnstile.js';

/** Types that can be resized, with the format that the result has unless another is asked for. */
const FORMATS = new Map<string, ImageFormat>([
  ['image/jpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/apng', 'png'],
  ['image/webp', 'webp'],
  ['image/avif', 'avif'],
  ['image/gif', 'png'],
  ['image/tiff', 'jpeg'],
]);

/** Largest file that is resized, in bytes: it stands in memory as a whole. */
const MAX_BYTES = 64 * 1024 ** 2;

const AT_ONCE = 2;
const WAITING = 64;

/** An image as it was asked for. */
export interface MadeImage {
  bytes: Buffer;
  format: ImageFormat;
}

/** Makes images smaller, once each. */
@Injectable()
export class Images {
  private readonly making = new Map<string, Promise<Buffer>>();
  private readonly turnstile = new Turnstile(
    AT_ONCE,
    WAITING,
    () =>
      new CoglexError('service_unavailable', {
        detail: 'Too many images wait.',
        headers: { 'Retry-After': '5' },
      }),
  );

  constructor(
    private readonly reader: BlobReader,
    private readonly cache: ImageCache,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /** Tells versions of a file apart. */
  versionOf(wishes: ImageParametersDto): string {
    const { width, height, fit, format, quality } = wishes;
    const text = JSON.stringify([width, height, fit, format, quality]);
    return createHash('sha256').update(text).digest('hex').slice(0, 16);
  }

  /** @throws CoglexError `image_refused`, `validation_failed` */
  async make(file: StoredFile, blob: Blob, wishes: ImageParametersDto): Promise<MadeImage> {
    const format = wishes.format ?? FORMATS.get(file.mimetype);
    if (!format || !FORMATS.has(file.mimetype))
      throw refused(`Files of the type ${file.mimetype} cannot be resized.`);
    if (blob.size > MAX_BYTES) throw refused(`An image that is resized may have ${MAX_BYTES} bytes.`);
    this.checkEdges(wishes);
    const name = `${this.context.project}-${blob._id}-${this.versionOf(wishes)}`;
    const bytes =
      (await this.cache.get(name)) ?? (await this.once(name, () => this.draw(name, blob, wishes, format)));
    return { bytes, format };
  }

  private checkEdges(wishes: ImageParametersDto): void {
    const { ARCHIVE_IMAGE_EDGE: most } = this.config;
    for (const side of ['width', 'height'] as const) {
      const message = `${side} must not be greater than ${most}`;
      if ((wishes[side] ?? 0) > most)
        throw new CoglexError('validation_failed', {
          detail: message,
          errors: [{ field: `/${side}`, message }],
        });
    }
  }

  private once(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
    let making = this.making.get(name);
    if (!making) {
      making = make().finally(() => this.making.delete(name));
      this.making.set(name, making);
    }
    return making;
  }

  private async draw(
    name: string,
    blob: Blob,
    wishes: ImageParametersDto,
    format: ImageFormat,
  ): Promise<Buffer> {
    const limits = {
      pixels: this.config.ARCHIVE_IMAGE_MEGAPIXELS * 1e6,
      edge: this.config.ARCHIVE_IMAGE_EDGE,
    };
    const bytes = await this.turnstile.pass(async () =>
      resize(await this.reader.open(blob), wishes, format, limits),
    );
    await this.cache.set(name, bytes);
    return bytes;
  }
}

const refused = (detail: string) => new CoglexError('image_refused', { detail });
