/** Longest name of a file, in bytes of UTF-8: what file systems take. */
const MAX_BYTES = 255;

/**
 * The name of a file as it is kept and given back: the last part of whatever path a client sends, without control
 * characters and those that turn the direction of text. A name never says where bytes are stored.
 */
export function cleanFileName(sent: string): string {
  const last = sent.toWellFormed().split(/[/\\]/).at(-1) ?? '';

  const clean = last
    .replace(/[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069\uFFFD]/g, '')
    .trim();
  const name = clean === '.' || clean === '..' ? '' : shorten(clean);
  return name === '' ? 'file' : name;
}

/** Takes away from the middle, so that the extension stays. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  let stem = [...name.slice(0, name.length - extension.length)];
  while (Buffer.byteLength(stem.join('') + extension) > MAX_BYTES)
    stem = stem.slice(0, Math.min(stem.length - 1, MAX_BYTES));
  return stem.join('') + extension;
}
