import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document } from '../../types.js';
import { parsePath } from '../field-path.js';
import { readPlainPath, writePath } from '../paths.js';
import { typeName } from '../values.js';
import type { StageCompiler } from './stage.js';

interface UnwindSpec {
  readonly path: readonly string[];
  readonly keepEmpty: boolean;
  readonly indexPath: readonly string[] | undefined;
}

export const unwind: StageCompiler = (spec) => {
  const { path, keepEmpty, indexPath } = parseSpec(spec);
  const place = (document: Document, value: unknown, index: bigint | null): Document => {
    const result = value === undefined ? document : writePath(document, path, value);
    return indexPath === undefined ? result : writePath(result, indexPath, index);
  };
  return function* (source) {
    let silent = 0;
    for (const row of source) {
      if (row === TICK) {
        yield TICK;
        continue;
      }
      const value = readPlainPath(row, path);
      if (Array.isArray(value) && value.length > 0) {
        for (let index = 0; index < value.length; index++) yield place(row, value[index], BigInt(index));
      } else if (value != null && !Array.isArray(value)) {
        yield place(row, value, null);
      } else if (keepEmpty) {
        const kept = Array.isArray(value) ? writePath(row, path, undefined) : row;
        yield indexPath === undefined ? kept : writePath(kept, indexPath, null);
      } else if (++silent % 128 === 0) yield TICK;
    }
  };
};

function parseSpec(spec: unknown): UnwindSpec {
  if (typeof spec === 'string') return { path: unwindPath(spec), keepEmpty: false, indexPath: undefined };
  if (!isDocument(spec)) {
    throw new CommandError(
      15981,
      `expected either a string or an object as specification for $unwind stage, got ${typeName(spec)}`,
    );
  }
  const { path, preserveNullAndEmptyArrays = false, includeArrayIndex, ...others } = spec;
  const [unknownOption] = Object.keys(others);
  if (unknownOption !== undefined) {
    throw new CommandError(28811, `unrecognized option to $unwind stage: ${unknownOption}`);
  }
  if (path === undefined) throw new CommandError(28812, 'no path specified to $unwind stage');
  if (typeof path !== 'string') {
    throw new CommandError(28808, `expected a string as the path for $unwind stage, got ${typeName(path)}`);
  }
  if (typeof preserveNullAndEmptyArrays !== 'boolean') {
    throw new CommandError(
      28809,
      'expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage',
    );
  }
  return {
    path: unwindPath(path),
    keepEmpty: preserveNullAndEmptyArrays,
    indexPath: indexField(includeArrayIndex),
  };
}

function unwindPath(path: string): string[] {
  if (!path.startsWith('$')) {
    throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  }
  return parsePath(path.slice(1));
}

function indexField(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') {
    throw new CommandError(
      28810,
      'expected a non-empty string for the includeArrayIndex option to $unwind stage',
    );
  }
  if (value.startsWith('$')) {
    throw new CommandError(
      28822,
      `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${value}`,
    );
  }
  return parsePath(value);
}
