import { RE2JS } from 're2js';
import type { Walk } from './walk.js';

const FLAGS: Record<string, number> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

/**
 * Checks a regular expression before a database runs it: bounded in length, and within the syntax of RE2, which
 * has neither lookaround nor backreferences. The embedded engine matches it in linear time; a MongoDB server
 * backtracks, but within its own limit of steps for each document and `maxTimeMS` for the query.
 */
export function checkPattern(walk: Walk, pattern: string, options: string): void {
  walk.countPattern();
  const { pattern: longest } = walk.limits;
  if (pattern.length > longest)
    walk.refuse(`A regular expression may have ${longest} characters, not ${pattern.length}`);
  if (pattern.includes('\0')) walk.refuse('A regular expression must not have a null byte');
  if (!/^[ims]*$/.test(options)) walk.refuse('The options of a regular expression are i, m and s');
  try {
    RE2JS.compile(
      pattern,
      [...new Set(options)].reduce((flags, option) => flags | FLAGS[option], 0),
    );
  } catch {
    walk.refuse(
      'The regular expression is not valid, or uses lookaround, backreferences or another thing that RE2 lacks',
    );
  }
}
