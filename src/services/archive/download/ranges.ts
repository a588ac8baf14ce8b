import type { ByteRange } from '../drivers/file-driver.js';

/** Most ranges of one request; who asks for more gets the whole file. */
const MAX_RANGES = 16;

const SPEC = /^\s*(\d*)-(\d*)\s*$/;

/**
 * Reads a Range header (RFC 9110, section 14.2).
 *
 * @returns the ranges in their order; `unsatisfiable` when all of them lie behind the end; `undefined` for what is no
 * range of bytes, and for ranges that together are more than the file, which is sent as a whole
 */
export function parseRanges(header: string, size: number): ByteRange[] | 'unsatisfiable' | undefined {
  const [unit, specs, ...rest] = header.split('=');
  if (unit.trim().toLowerCase() !== 'bytes' || specs === undefined || rest.length > 0) return undefined;
  const parts = specs.split(',');
  if (parts.length > MAX_RANGES) return undefined;
  const ranges: ByteRange[] = [];
  for (const part of parts) {
    const range = parseSpec(part, size);
    if (range === undefined) return undefined;
    if (range !== 'unsatisfiable') ranges.push(range);
  }
  if (ranges.length === 0) return 'unsatisfiable';
  const total = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  return ranges.length > 1 && total > size ? undefined : ranges;
}

function parseSpec(spec: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = SPEC.exec(spec);
  if (!match) return undefined;
  const [, first, last] = match;
  if (first === '') {
    if (last === '') return undefined;
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}
