import { BSONRegExp } from 'bson';
import { RE2JS } from 're2js';
import { CommandError } from '../errors.js';
import { asLiteral, translate } from './regex-syntax.js';
import type { LiteralPattern } from './regex-syntax.js';

export { literalPrefix } from './regex-syntax.js';

/** One match; positions count UTF-16 units. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What each group caught, `null` for a group that took no part. */
  readonly captures: readonly (string | null)[];
}

/** A compiled pattern; matching takes time linear in the text, whatever the pattern. */
export interface Regex {
  test(text: string): boolean;
  /** The first match that starts at `from` or later. */
  find(text: string, from?: number): RegexMatch | undefined;
}

const INVALID_PATTERN = 51091;
const INVALID_FLAG = 51108;
const MAX_PATTERN_LENGTH = 32_764;
const MAX_CACHED = 500;

/** Matching costs at most its instructions times the length of the text, which both are therefore bounded. */
const MAX_INSTRUCTIONS = 10_000;
const MAX_STEPS = 200_000_000;
const TOO_EXPENSIVE = 51156;

const cache = new Map<string, Regex>();

/**
 * Compiles a regular expression of MongoDB's syntax, as far as it can run in linear time: look-around, back-references,
 * atomic groups and possessive quantifiers are refused, as are counted repetitions that unfold too far. The options are
 * `i`, `m`, `s`, `x` and `u`, which is always on. While it runs, a large pattern on a very long text is refused (51156).
 *
 * Compiled patterns are kept, the least recently used ones forgotten first.
 *
 * @throws CommandError 51091 for an invalid or unsupported pattern, 51108 for an unknown option
 */
export function compileRegex(pattern: string, options = ''): Regex {
  const key = `${options}/${pattern}`;
  let regex = cache.get(key);
  if (regex === undefined) {
    regex = create(pattern, options);
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
  } else {
    cache.delete(key);
  }
  cache.set(key, regex);
  return regex;
}

export function compileBsonRegex({ pattern, options }: BSONRegExp): Regex {
  return compileRegex(pattern, options);
}

function create(pattern: string, options: string): Regex {
  const unknown = /[^imsux]/.exec(options)?.[0];
  if (unknown !== undefined)
    throw new CommandError(INVALID_FLAG, `invalid flag in regex options: ${unknown}`);
  if (pattern.includes('\0')) {
    throw new CommandError('BadValue', 'Regular expression cannot contain an embedded null byte');
  }
  if (pattern.length > MAX_PATTERN_LENGTH) throw invalid('it is too long');
  const literal = /[mx]/.test(options) ? undefined : asLiteral(pattern);
  const general = new GeneralRegex(pattern, options);
  return literal === undefined ? general : new LiteralRegex(literal, options.includes('i'), general);
}

function invalid(reason: string): CommandError {
  return new CommandError(INVALID_PATTERN, `Regular expression is invalid: ${reason}`);
}

class GeneralRegex implements Regex {
  private readonly program: RE2JS;
  private readonly dollar: boolean;
  private readonly maxLength: number;

  constructor(pattern: string, options: string) {
    const translation = translate(pattern, options.includes('x'));
    this.dollar = translation.dollar && !options.includes('m');
    let flags = 0;
    if (options.includes('i')) flags |= RE2JS.CASE_INSENSITIVE;
    if (options.includes('m')) flags |= RE2JS.MULTILINE;
    if (options.includes('s')) flags |= RE2JS.DOTALL;
    try {
      this.program = RE2JS.compile(translation.pattern, flags);
    } catch (error) {
      throw invalid(error instanceof Error ? error.message : String(error));
    }
    const instructions = this.program.programSize();
    if (instructions > MAX_INSTRUCTIONS) throw invalid('it is too large');
    this.maxLength = Math.floor(MAX_STEPS / instructions);
  }

  test(text: string): boolean {
    this.requireShort(text);
    return this.program.test(text) || (this.hasOtherEnd(text) && this.program.test(text.slice(0, -1)));
  }

  find(text: string, from = 0): RegexMatch | undefined {
    this.requireShort(text);
    const match = this.findIn(text, from);
    if (!this.hasOtherEnd(text)) return match;
    const earlier = this.findIn(text.slice(0, -1), from);
    return earlier !== undefined && (match === undefined || earlier.start < match.start) ? earlier : match;
  }

  private requireShort(text: string): void {
    if (text.length > this.maxLength) {
      throw new CommandError(TOO_EXPENSIVE, 'Regular expression exceeded match limit');
    }
  }

  /** RE2's `$` is the very end of the text; PCRE's also comes before a newline there. */
  private hasOtherEnd(text: string): boolean {
    return this.dollar && text.endsWith('\n');
  }

  private findIn(text: string, from: number): RegexMatch | undefined {
    if (from > text.length) return undefined;
    const matcher = this.program.matcher(text);
    if (!matcher.find(from)) return undefined;
    const captures: (string | null)[] = [];
    for (let group = 1; group <= matcher.groupCount(); group++) captures.push(matcher.group(group));
    return { start: matcher.start(), end: matcher.end(), text: matcher.group() ?? '', captures };
  }
}

/** Looks for plain text, with the string functions of the runtime. */
class LiteralRegex implements Regex {
  readonly test: (text: string) => boolean;

  constructor(
    literal: LiteralPattern,
    ignoreCase: boolean,
    private readonly general: Regex,
  ) {
    this.test = ignoreCase ? foldedTest(literal) : plainTest(literal);
  }

  find(text: string, from?: number): RegexMatch | undefined {
    return this.general.find(text, from);
  }
}

function plainTest({ text: wanted, start, end }: LiteralPattern): (text: string) => boolean {
  if (start && end) return (text) => text === wanted || text === `${wanted}\n`;
  if (start) return (text) => text.startsWith(wanted);
  if (end) return (text) => text.endsWith(wanted) || text.endsWith(`${wanted}\n`);
  return (text) => text.includes(wanted);
}

/** A literal cannot make the runtime's own engine backtrack. */
function foldedTest({ text, start, end }: LiteralPattern): (text: string) => boolean {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const native = new RegExp(`${start ? '^' : ''}${escaped}${end ? '\\n?$' : ''}`, 'iu');
  return (candidate) => native.test(candidate);
}
