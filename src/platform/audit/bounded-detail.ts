import { redactSecrets } from '../logging/redact-secrets.js';
import { plainJson } from './chain/canonical-json.js';

/** How much one entry keeps of particulars. */
const MAX_TEXT = 500;
const MAX_MEMBERS = 50;
const MAX_DEPTH = 5;
const MAX_LENGTH = 8192;

/** Characters that end a line or steer a terminal when somebody looks at the trail. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Particulars as they are kept: plain JSON of a bounded size, without the values of secret members. */
export function boundedDetail(detail: Record<string, unknown>): Record<string, unknown> {
  const kept = bounded(plainJson(redactSecrets(detail)), MAX_DEPTH) as Record<string, unknown>;
  if (JSON.stringify(kept).length <= MAX_LENGTH) return kept;
  return { cut: true, members: Object.keys(kept) };
}

/** A text on one line, of a bounded length. */
export function boundedText(text: string): string {
  return text.toWellFormed().replace(CONTROLS, ' ').slice(0, MAX_TEXT).toWellFormed();
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return boundedText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[cut]';
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((part) => bounded(part, depth - 1));
  const members = Object.entries(value).slice(0, MAX_MEMBERS);
  return Object.fromEntries(
    members.map(([name, part]) => [memberName(name), bounded(part, depth - 1)] as const),
  );
}

/** Names that a database would take for a path or an operator. */
const memberName = (name: string) => boundedText(name).replace(/[$.]/g, '_').slice(0, 100).toWellFormed();
