import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseFile, ConformanceCase } from './case-format.js';
import { checkFile } from './check-format.js';
import { parseExtendedJson } from './extended-json.js';

/** Folder of the corpus. */
export const CORPUS = join(import.meta.dirname, '../mongodb');

/** A file of the corpus as it was found. */
export interface CorpusFile {
  /** Path within the corpus, such as `query/comparison.json`. */
  path: string;
  topic: string;
  cases: ConformanceCase[];
}

/**
 * Reads every file of cases below a folder, in a fixed order.
 *
 * @throws when a file is not of the form that {@link CaseFile} states; the message names every fault
 */
export function readCorpus(folder = CORPUS): CorpusFile[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .sort();
  return paths.map((path) => {
    const file = parseExtendedJson(readFileSync(join(folder, path), 'utf8'));
    const faults = checkFile(file);
    if (faults.length > 0) throw new Error(`${path}\n  ${faults.join('\n  ')}`);
    const { topic, documents, cases } = file as CaseFile;
    return { path, topic, cases: cases.map((test) => (test.sequence ? test : { documents, ...test })) };
  });
}
