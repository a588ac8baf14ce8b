import { RE2JS } from 're2js';

/** Regular expressions of schemas, without backtracking: a caller writes them, and a model the text. */
export const re2Engine = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // Ajv tells patterns apart by their text.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: '' },
);
