import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { PipelineContext, PipelineWriter } from '../context.js';
import { typeName } from '../values.js';
import type { StageCompiler } from './stage.js';

/** A collection that a stage writes to. */
export interface Target {
  readonly database: string;
  readonly collection: string;
}

/** How to write, or an error where a pipeline may not. */
export function requireWriter({ write }: PipelineContext, name: string): PipelineWriter {
  if (write === undefined)
    throw new CommandError('CommandNotSupported', `${name} is not allowed here: no writes`);
  return write;
}

/** `$out`: the results become the content of a collection. */
export const out: StageCompiler = (spec, { context }, name) => {
  const target = parseTarget(spec, context.database);
  const writer = requireWriter(context, name);
  return function* (source) {
    const replacement = writer.replace(target.database, target.collection);
    let committed = false;
    try {
      let written = 0;
      for (const row of source) {
        if (row === TICK) yield TICK;
        else {
          replacement.add(row);
          if (++written % 128 === 0) yield TICK;
        }
      }
      replacement.commit();
      committed = true;
    } finally {
      if (!committed) replacement.abort();
    }
  };
};

function parseTarget(spec: unknown, database: string): Target {
  if (typeof spec === 'string') return { database, collection: spec };
  if (!isDocument(spec)) {
    throw new CommandError(
      16990,
      `$out only supports a string or object argument, but found ${typeName(spec)}`,
    );
  }
  const { db, coll, timeseries, ...others } = spec;
  if (timeseries !== undefined) {
    throw new CommandError(
      'CommandNotSupported',
      '$out cannot write time-series collections: there are none',
    );
  }
  const [unknownField] = Object.keys(others);
  if (unknownField !== undefined || typeof db !== 'string' || typeof coll !== 'string') {
    throw new CommandError(
      16994,
      "If an object is passed to $out it must have exactly 2 fields: 'db' and 'coll'",
    );
  }
  return { database: db, collection: coll };
}
