import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import { exception } from '../failures.js';
import type { RunError } from '../protocol.js';
import { FILE_NAME } from './interpreter.js';

/** What code has thrown, which need not be an error; looking at it may run more of the code. */
export function describeThrown(context: QuickJSContext, thrown: QuickJSHandle): RunError {
  const isObject = context.typeof(thrown) === 'object' && !context.sameValue(thrown, context.null);
  if (!isObject) return exception('Error', text(context, thrown));
  const stack = property(context, thrown, 'stack');
  const line = new RegExp(`${FILE_NAME.replace('.', '\\.')}:(\\d+)`).exec(stack)?.[1];
  return exception(
    property(context, thrown, 'name') || 'Error',
    property(context, thrown, 'message') || text(context, thrown),
    line === undefined ? null : Number(line),
  );
}

function property(context: QuickJSContext, object: QuickJSHandle, name: string): string {
  try {
    const value = context.getProp(object, name);
    return context.typeof(value) === 'string' ? context.getString(value) : '';
  } catch {
    // A getter of the code's own has thrown.
    return '';
  }
}

function text(context: QuickJSContext, value: QuickJSHandle): string {
  try {
    return context.typeof(value) === 'object'
      ? JSON.stringify(context.dump(value))
      : String(context.dump(value));
  } catch {
    return '';
  }
}
