// A parser answers what it cannot read with the input itself, so that the validator names the setting as wrong.

const BYTE_UNITS: Record<string, number> = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };
const SECOND_UNITS: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

function withUnit(value: unknown, units: Record<string, number>): unknown {
  if (typeof value !== 'string') return value;
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value);
  if (!match) return value;
  const factor = Object.hasOwn(units, match[2].toLowerCase()) ? units[match[2].toLowerCase()] : undefined;
  return factor === undefined ? value : Math.round(Number(match[1]) * factor);
}

/** `16MB` → 16777216 */
export const parseBytes = (value: unknown): unknown => withUnit(value, BYTE_UNITS);

/** `8d` → 691200 */
export const parseDuration = (value: unknown): unknown => withUnit(value, SECOND_UNITS);

/** `5000` → 5000 */
export const parseInteger = (value: unknown): unknown =>
  typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value;

/** `true`, `1`, `yes`, `on` and their opposites. */
export function parseFlag(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^(true|1|yes|on)$/i.test(value.trim())) return true;
  if (/^(false|0|no|off)$/i.test(value.trim())) return false;
  return value;
}

/** `a, b` → `['a', 'b']` */
export const parseList = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '')
    : value;

/** `{"a": 1}` → the object */
export function parseJsonSetting(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
