import { isNumeric, makeInteger, toExactLong } from '../../bson/numbers.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { typeName } from '../values.js';
import type { StageCompiler } from './stage.js';

const OPTIONS = new Set(['storageStats', 'count', 'latencyStats', 'queryExecStats']);

/** `$collStats`: one document with what was asked for. */
export const collStats: StageCompiler = (spec, { context, collection }) => {
  if (!isDocument(spec)) {
    throw new CommandError(5447000, `$collStats must take a nested object but found: ${typeName(spec)}`);
  }
  const unknownOption = Object.keys(spec).find((key) => !OPTIONS.has(key));
  if (unknownOption !== undefined) {
    throw new CommandError(40415, `BSON field '$collStats.${unknownOption}' is an unknown field.`);
  }
  for (const unsupported of ['latencyStats', 'queryExecStats']) {
    if (spec[unsupported] !== undefined) {
      throw new CommandError('CommandNotSupported', `$collStats: '${unsupported}' is not supported`);
    }
  }
  if (context.stats === undefined)
    throw new CommandError('CommandNotSupported', '$collStats is not supported here');
  return function* () {
    const { storageStats, count } = spec;
    const found = context.stats?.(collection) ?? {};
    const result: Document = { ns: `${context.database}.${collection}`, localTime: context.now };
    if (storageStats !== undefined) result.storageStats = withoutEnvelope(found);
    if (count !== undefined) result.count = countOf(found);
    yield result;
  };
};

/** The statistics without the fields that make them a command's answer. */
function withoutEnvelope({ ok: _ok, ns: _ns, ...rest }: Document): Document {
  return rest;
}

function countOf({ count }: Document): unknown {
  const exact = isNumeric(count) ? toExactLong(count) : undefined;
  return exact === undefined ? 0 : makeInteger(exact);
}

/** `$indexStats`: one document for each index. */
export const indexStats: StageCompiler = (spec, { context, collection }) => {
  if (!isDocument(spec) || Object.keys(spec).length > 0) {
    throw new CommandError(28803, 'The $indexStats stage specification must be an empty object');
  }
  if (context.indexStats === undefined)
    throw new CommandError('CommandNotSupported', '$indexStats is not supported here');
  return () => context.indexStats?.(collection) ?? [];
};
