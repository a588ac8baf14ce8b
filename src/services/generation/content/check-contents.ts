import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Content, Part } from './content.js';

const ROLES = new Set<unknown>([undefined, 'user', 'model', 'function']);
const MAX_CONTENTS = 10_000;

type Check = (value: unknown) => boolean;
type Shape = Record<string, Check>;

const isText: Check = (value) => typeof value === 'string';
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const record =
  (shape: Shape): Check =>
  (value) => {
    if (!isObject(value)) return false;
    const members = value as Record<string, unknown>;
    return (
      Object.keys(members).every((name) => Object.hasOwn(shape, name)) &&
      Object.entries(shape).every(([name, check]) => check(members[name]))
    );
  };

/** The members of a part, and what each must be. */
const PART: Shape = {
  text: isText,
  thought: (value) => typeof value === 'boolean',
  thoughtSignature: isText,
  inlineData: record({ mimeType: isText, data: isText, displayName: optional(isText) }),
  fileData: record({ mimeType: optional(isText), fileUri: isText, displayName: optional(isText) }),
  functionCall: record({ id: optional(isText), name: isText, args: optional(isObject) }),
  functionResponse: record({ id: optional(isText), name: isText, response: isObject }),
  executableCode: isObject,
  codeExecutionResult: isObject,
  videoMetadata: isObject,
};

/**
 * Reads messages as callers may write them: a text, a message, or a list of either.
 *
 * @param place where they stand in the request, as a JSON Pointer
 * @throws CoglexError `validation_failed` with the place of the fault
 */
export function checkContents(value: unknown, place: string): Content[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) refuse(place, 'must hold at least one message');
  if (list.length > MAX_CONTENTS) refuse(place, `must not hold more than ${MAX_CONTENTS} messages`);
  return list.map((one, at) => checkContent(one, Array.isArray(value) ? `${place}/${at}` : place));
}

/** One message; a text is a message of the user. */
export function checkContent(value: unknown, place: string): Content {
  if (typeof value === 'string') return { role: 'user', parts: [{ text: value }] };
  if (!isObject(value)) refuse(place, 'must be a message such as {"role": "user", "parts": [{"text": "…"}]}');
  const { role, parts, ...others } = value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) refuse(`${place}/${other}`, `property ${other} should not exist`);
  if (!ROLES.has(role)) refuse(`${place}/role`, 'role must be user, model or function');
  if (!Array.isArray(parts) || parts.length === 0)
    refuse(`${place}/parts`, 'parts must be a list that is not empty');
  for (const [at, part] of (parts as unknown[]).entries()) checkPart(part, `${place}/parts/${at}`);
  return { role: role as string | undefined, parts: parts as Part[] };
}

function checkPart(part: unknown, place: string): void {
  if (!isObject(part)) refuse(place, 'must be an object such as {"text": "…"}');
  const members = Object.entries(part as object);
  if (members.length === 0) refuse(place, 'must hold a text, data or a function');
  for (const [name, value] of members) {
    if (!Object.hasOwn(PART, name)) refuse(`${place}/${name}`, `property ${name} should not exist`);
    if (!PART[name](value)) refuse(`${place}/${name}`, `${name} is not well formed`);
  }
}

function refuse(field: string, message: string): never {
  throw new CoglexError('validation_failed', {
    detail: `${field}: ${message}`,
    errors: [{ field, message }],
  });
}
