import { BSONRegExp } from 'bson';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { compileRegex } from '../../query/regex.js';
import type { Regex, RegexMatch } from '../../query/regex.js';
import { fold, isConstant } from '../constant.js';
import { approximateBytes } from '../memory.js';
import type { Expression, Scope } from '../scope.js';
import { compileNamed, required } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';

const REGEX: NamedShape = {
  notObject: 51103,
  unknown: 31024,
  required: { input: 31022, regex: 31023 },
  optional: ['options'],
};

/** MongoDB's cap on the output of one `$regexFindAll`, in bytes. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** One search may scan the whole rest of the text, so it counts as many steps. */
const STEPS_PER_SEARCH = 64;

/** What the three operators do with a pattern and a text; `nothing` is the answer when either is `null`. */
interface Search {
  readonly nothing: () => unknown;
  readonly run: (pattern: Regex, text: string, name: string, scope: Scope) => unknown;
}

function regexOperator(search: Search): Operator {
  return (argument, scope, name) => {
    const compiled = compileNamed(argument, scope, name, REGEX);
    const input = required(compiled, 'input');
    const regex = required(compiled, 'regex');
    const options = compiled.get('options');
    const patternOf: Expression = (root) => toPattern(regex(root), options?.(root), name);
    const fixed =
      isConstant(regex) && (options === undefined || isConstant(options))
        ? { pattern: patternOf({}) }
        : undefined;
    return fold([...compiled.values()], (root) => {
      const text = input(root);
      if (text != null && typeof text !== 'string') {
        throw new CommandError(51104, `${name} needs 'input' to be of type string`);
      }
      const pattern = (fixed === undefined ? patternOf(root) : fixed.pattern) as Regex | undefined;
      return text == null || pattern === undefined
        ? search.nothing()
        : search.run(pattern, text, name, scope);
    });
  };
}

function toPattern(regex: unknown, options: unknown, name: string): Regex | undefined {
  if (regex != null && typeof regex !== 'string' && !(regex instanceof BSONRegExp)) {
    throw new CommandError(51105, `${name} needs 'regex' to be of type string or regex`);
  }
  if (options != null && typeof options !== 'string') {
    throw new CommandError(51106, `${name} needs 'options' to be of type string`);
  }
  const pattern = regex instanceof BSONRegExp ? regex.pattern : regex;
  const ownFlags = regex instanceof BSONRegExp ? regex.options : '';
  if (ownFlags !== '' && options != null) {
    throw new CommandError(
      51107,
      `${name}: found regex option(s) specified in both 'regex' and 'option' fields`,
    );
  }
  const flags = options ?? ownFlags;
  if (pattern?.includes('\0') === true) {
    throw new CommandError(51109, `${name}: regular expression cannot contain an embedded null byte`);
  }
  if (flags.includes('\0')) {
    throw new CommandError(51110, `${name}: regular expression options cannot contain an embedded null byte`);
  }
  const unknownFlag = /[^imsxu]/.exec(flags);
  if (unknownFlag !== null) {
    throw new CommandError(51108, `${name} invalid flag in regex options: ${unknownFlag[0]}`);
  }
  return pattern == null ? undefined : compile(pattern, flags, name);
}

function compile(pattern: string, flags: string, name: string): Regex {
  try {
    return compileRegex(pattern, flags);
  } catch (error) {
    if (error instanceof CommandError)
      throw new CommandError(51111, `Invalid Regex in ${name}: ${error.message}`);
    throw error;
  }
}

/** A match as it is answered; `idx` counts code points. */
function describe({ text, captures }: RegexMatch, idx: number): Document {
  return { match: text, idx, captures };
}

function countCodePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let index = from; index < to; count++) index += characterLength(text, index);
  return count;
}

function characterLength(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}

function findFirst(pattern: Regex, text: string): Document | null {
  const match = pattern.find(text);
  return match === undefined ? null : describe(match, countCodePoints(text, 0, match.start));
}

function findAll(pattern: Regex, text: string, name: string, { pacer }: Scope): Document[] {
  const matches: Document[] = [];
  let bytes = 0;
  let counted = 0;
  let codePoints = 0;
  let position = 0;
  do {
    pacer.step(STEPS_PER_SEARCH);
    const match = pattern.find(text, position);
    if (match === undefined) break;
    codePoints += countCodePoints(text, counted, match.start);
    counted = match.start;
    const found = describe(match, codePoints);
    bytes += approximateBytes(found);
    if (bytes > MAX_OUTPUT_BYTES) {
      throw new CommandError(51151, `${name}: the size of buffer to store output exceeded the 64MB limit`);
    }
    matches.push(found);
    // After an empty match the search goes on behind the next character.
    position = match.end > match.start ? match.end : match.start + characterLength(text, match.start);
  } while (position < text.length);
  return matches;
}

export const regexOperators: OperatorFamily = [
  ['$regexMatch', regexOperator({ nothing: () => false, run: (pattern, text) => pattern.test(text) })],
  ['$regexFind', regexOperator({ nothing: () => null, run: findFirst })],
  ['$regexFindAll', regexOperator({ nothing: () => [], run: findAll })],
];
