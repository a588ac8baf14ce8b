import { isUtf8 } from 'node:buffer';
import { extname } from 'node:path';
import { fileTypeFromBuffer } from 'file-type';

/** How much of a file is looked at, in bytes: formats in ZIP archives stand further behind. */
export const SAMPLE_BYTES = 64 * 1024;

const UNKNOWN = 'application/octet-stream';

/** Kinds of text that differ in nothing but their use, so that the name may say which one it is. */
const TEXTS = new Map([
  ['.css', 'text/css'],
  ['.csv', 'text/csv'],
  ['.htm', 'text/html'],
  ['.html', 'text/html'],
  ['.ics', 'text/calendar'],
  ['.js', 'text/javascript'],
  ['.json', 'application/json'],
  ['.md', 'text/markdown'],
  ['.mjs', 'text/javascript'],
  ['.tsv', 'text/tab-separated-values'],
  ['.vtt', 'text/vtt'],
  ['.xhtml', 'application/xhtml+xml'],
  ['.xml', 'application/xml'],
  ['.svg', 'image/svg+xml'],
  ['.yaml', 'application/yaml'],
  ['.yml', 'application/yaml'],
]);

/** Text that browsers run is called by its name, whatever the file is called. */
const ACTIVE: readonly [RegExp, string][] = [
  [/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*(?:<!doctype svg[^>]*>\s*)?<svg[\s>]/i, 'image/svg+xml'],
  [
    /^\s*(?:<!--[^]*?-->\s*)*<(?:!doctype html|html|head|body|script|iframe|title|meta|style|table|a|p|div|h1|br)[\s>]/i,
    'text/html',
  ],
  [/^\s*<\?xml[\s?]/i, 'application/xml'],
];

/**
 * What bytes are, by looking at them; neither the name nor the claim of a client makes one kind of file into another.
 *
 * @param sample the first {@link SAMPLE_BYTES}, or all when there are fewer
 * @param filename tells apart what is text
 */
export async function mediaTypeOf(sample: Buffer, filename: string): Promise<string> {
  const found = await recognize(sample);
  if (found !== undefined) return found;
  if (!isText(sample)) return UNKNOWN;
  const head = sample.toString('utf8', 0, 4096).replace(/^\uFEFF/, '');
  const active = ACTIVE.find(([pattern]) => pattern.test(head));
  return active?.[1] ?? TEXTS.get(extname(filename).toLowerCase()) ?? 'text/plain';
}

async function recognize(sample: Buffer): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(sample))?.mime;
  } catch {
    // A sample ends somewhere; what cannot be read to its end there is not recognized.
    return undefined;
  }
}

function isText(sample: Buffer): boolean {
  if (sample.length === 0) return true;

  return (
    isUtf8(sample.subarray(0, wholeCharacters(sample))) &&
    !/[\0-\x08\x0E-\x1A\x1C-\x1F]/.test(sample.toString('latin1'))
  );
}

/** A sample may end within a character of up to four bytes. */
function wholeCharacters(sample: Buffer): number {
  if (sample.length < SAMPLE_BYTES) return sample.length;
  let end = sample.length;
  for (let back = 1; back <= 4; back += 1) {
    const byte = sample[sample.length - back];
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return sample.length - back;
    end = sample.length - back;
  }
  return end;
}

/** Whether a type is on a list of types and kinds such as `image/*`. */
export function isListed(type: string, list: readonly string[]): boolean {
  return list.some(
    (range) => range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1))),
  );
}
