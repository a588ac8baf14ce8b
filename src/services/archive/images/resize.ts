import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Metadata } from 'sharp';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { ImageParametersDto } from './image-parameters.dto.js';

/** Longest time for one image, in seconds. */
const TIMEOUT = 20;

export type ImageFormat = NonNullable<ImageParametersDto['format']>;

/** What an image must be. */
export interface ImageLimits {
  /** Pixels of the source. */
  pixels: number;
  /** Width and height of the result. */
  edge: number;
}

/** @throws CoglexError `image_refused` */
export async function resize(
  source: Readable,
  { width, height, fit = 'cover', quality = 80 }: ImageParametersDto,
  format: ImageFormat,
  limits: ImageLimits,
): Promise<Buffer> {
  const { sharp } = await import('./image-library.js');
  const bytes = await buffer(source);
  const image = sharp(bytes, { limitInputPixels: limits.pixels, failOn: 'error' }).timeout({
    seconds: TIMEOUT,
  });
  try {
    const size = sizeOf(await image.metadata(), { width, height, fit });
    if (Math.max(size.width, size.height) > limits.edge)
      throw refused(
        `The result would have ${size.width} by ${size.height} pixels; it may have ${limits.edge} each way.`,
      );
    return await image.autoOrient().resize({ width, height, fit }).toFormat(format, { quality }).toBuffer();
  } catch (error) {
    if (error instanceof CoglexError) throw error;
    throw refused('The image is damaged, or too large to be resized.', error);
  }
}

/** Size of the result, before it is made: an image of one pixel by a million would become a huge one. */
function sizeOf(
  { autoOrient, width: ownWidth, height: ownHeight }: Metadata,
  { width, height, fit }: Pick<ImageParametersDto, 'width' | 'height' | 'fit'>,
): { width: number; height: number } {
  const own = { width: autoOrient?.width ?? ownWidth, height: autoOrient?.height ?? ownHeight };
  if (width !== undefined && height !== undefined && fit !== 'outside') return { width, height };
  const scale = Math.max((width ?? 0) / own.width, (height ?? 0) / own.height) || 1;
  return { width: Math.ceil(own.width * scale), height: Math.ceil(own.height * scale) };
}

const refused = (detail: string, cause?: unknown) => new CoglexError('image_refused', { detail, cause });
