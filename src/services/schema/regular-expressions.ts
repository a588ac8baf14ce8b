import { RE2JS } from 're2js';

/** Longest pattern of a JSON Schema, in characters. */
const MAX_PATTERN = 1000;

/** What ajv needs of a regular expression engine. */
interface LinearRegExp {
  (pattern: string, flags: string): { test: (text: string) => boolean };
  /** For code that ajv writes into files, which it does not here. */
  code: string;
}

/**
 * Regular expressions that match in linear time, whatever the text: those of RE2, which has neither lookaround nor
 * backreferences.
 */
export const linearRegExp: LinearRegExp = Object.assign(
  (pattern: string, _flags: string) => {
    if (pattern.length > MAX_PATTERN) throw new Error(`A pattern may have ${MAX_PATTERN} characters`);
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.matcher(text).find() };
  },
  { code: 'linearRegExp' },
);
