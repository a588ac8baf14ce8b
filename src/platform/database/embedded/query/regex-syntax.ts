/** Spellings of PCRE that RE2 lacks but can express. */
const ESCAPES = new Map([
  ['h', '[\\t \\x{a0}]'],
  ['H', '[^\\t \\x{a0}]'],
  ['s', '[\\t-\\r ]'],
  ['S', '[^\\t-\\r ]'],
  ['N', '[^\\n]'],
  ['R', '(?:\\r\\n|[\\n-\\r\\x{85}])'],
  ['Z', '\\n?\\z'],
  ['e', '\\x1b'],
]);

/** The same inside a character class; negated shorthands have no spelling there. */
const CLASS_ESCAPES = new Map([
  ['h', '\\t \\x{a0}'],
  ['s', '\\t-\\r '],
  ['e', '\\x1b'],
]);

/** A pattern as RE2 takes it. */
export interface Translation {
  readonly pattern: string;
  /** Whether `$` stands outside a class; in PCRE it also matches before a newline at the end. */
  readonly dollar: boolean;
}

/** Translates a pattern of MongoDB (PCRE) to RE2's syntax. What RE2 cannot do stays and fails when it is compiled. */
export function translate(pattern: string, extended: boolean): Translation {
  let result = '';
  let dollar = false;
  let inClass = false;
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at];
    if (char === '\\') {
      const token = escapeToken(pattern, at);
      result += translateEscape(token, inClass);
      at += token.length;
    } else if (inClass) {
      // A bracket directly after the opening one is a member of the class.
      inClass = char !== ']';
      const posix = char === '[' ? /^\[:\^?[a-z]+:\]/.exec(pattern.slice(at, at + 16))?.[0] : undefined;
      result += posix ?? (char === '[' ? '\\[' : char);
      at += posix?.length ?? 1;
    } else if (char === '[') {
      const opening = /^\[\^?\]?/.exec(pattern.slice(at, at + 3))?.[0] ?? '[';
      inClass = true;
      result += opening.endsWith(']') ? `${opening.slice(0, -1)}\\]` : opening;
      at += opening.length;
    } else if (pattern.startsWith('(?#', at)) {
      at = after(pattern, ')', at);
    } else if (extended && /\s/.test(char)) {
      at++;
    } else if (extended && char === '#') {
      at = after(pattern, '\n', at);
    } else {
      dollar ||= char === '$';
      result += char;
      at++;
    }
  }
  return { pattern: result, dollar };
}

function after(pattern: string, end: string, from: number): number {
  const found = pattern.indexOf(end, from);
  return found === -1 ? pattern.length : found + 1;
}

/** The escape at a position; `\Q…\E` is one token. */
function escapeToken(pattern: string, at: number): string {
  if (pattern.startsWith('\\Q', at)) {
    const end = pattern.indexOf('\\E', at);
    return pattern.slice(at, end === -1 ? undefined : end + 2);
  }
  if (pattern.startsWith('\\c', at)) return pattern.slice(at, at + 3);
  const code = pattern.codePointAt(at + 1);
  return code === undefined ? '\\' : `\\${String.fromCodePoint(code)}`;
}

function translateEscape(token: string, inClass: boolean): string {
  const name = token.slice(1);
  const replacement = (inClass ? CLASS_ESCAPES : ESCAPES).get(name);
  if (replacement !== undefined) return replacement;
  if (/^c[@-_a-z]$/.test(name)) return `\\x{${(name.toUpperCase().charCodeAt(1) ^ 0x40).toString(16)}}`;
  // An escaped character that is no ASCII stands for itself.
  return (name.codePointAt(0) ?? 0) >= 128 ? name : token;
}

/** A pattern without anything but characters, between optional anchors. */
export interface LiteralPattern {
  readonly text: string;
  readonly start: boolean;
  readonly end: boolean;
}

const LITERAL = /^(\^?)((?:[^\\^$.|?*+()[\]{}]|\\[^A-Za-z0-9])*)(\$?)$/su;

/** Recognises patterns that need no regular expression at all. */
export function asLiteral(pattern: string): LiteralPattern | undefined {
  const match = LITERAL.exec(pattern);
  if (match === null) return undefined;
  return { text: unescape(match[2] ?? ''), start: match[1] === '^', end: match[3] === '$' };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gsu, '$1');
}

/**
 * The text that every match of a pattern must begin with, so that an index can be read from there; `undefined` when
 * there is none. `options` are those of the regular expression.
 */
export function literalPrefix(pattern: string, options: string): string | undefined {
  if (/[imx]/.test(options) || pattern.includes('|')) return undefined;
  const match = /^(?:\^|\\A)((?:[^\\^$.|?*+()[\]{}]|\\[^A-Za-z0-9])*)(.?)/su.exec(pattern);
  if (match === null) return undefined;
  const characters = [...unescape(match[1] ?? '')];
  // A quantifier may make the last character optional.
  if (/^[?*+{]$/.test(match[2] ?? '')) characters.pop();
  return characters.length === 0 ? undefined : characters.join('');
}
