import { CommandError } from '../errors.js';
import type { FormatRecord } from './catalog-records.js';

const ENGINE = 'coglex';

/** Raised with every change that an older engine could not read. */
const VERSION = 1;

export function newFormat(): FormatRecord {
  return { kind: 'format', engine: ENGINE, version: VERSION, created: new Date(), next: 1 };
}

/** @throws CommandError when this engine does not know the format */
export function checkFormat(format: FormatRecord, directory: string): void {
  if (format.engine === ENGINE && format.version <= VERSION) return;
  throw new CommandError(
    'InvalidOptions',
    `The data directory ${directory} has format ${format.engine} ${format.version}; ` +
      `this version reads ${ENGINE} up to ${VERSION}. Use the newer version that wrote it.`,
  );
}
