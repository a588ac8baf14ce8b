import type { Config } from './config.js';
import type { LiveConfig, Origin } from './live-config.js';
import { settings } from './setting.decorator.js';

/** A setting as an operator may see it. */
export interface ShownSetting {
  name: string;
  is_set: boolean;
  /** The value; absent for secrets and for what is not set. */
  value?: string;
  secret: boolean;
  source: Origin;
  /** Where the value stands, in words. */
  from: string;
  /** Whether a new value takes effect while the server runs. */
  live: boolean;
}

const DEFAULTS: Partial<Record<Origin, string>> = {
  default: 'the default',
  generated: 'generated into DATA_DIR',
};

/** Every setting with where it comes from, and never a secret. */
export function shownSettings(sources: LiveConfig): ShownSetting[] {
  return [...settings()].map(([name, { secret = false, live = false }]) => {
    const value = sources.config[name as keyof Config];
    const source = sources.origin(name);
    const text = textOf(value);
    return {
      name,
      // The secret of a development server is generated when it starts.
      is_set: text !== undefined || source === 'generated',
      ...(text === undefined || secret ? {} : { value: withoutPassword(text) }),
      secret,
      source,
      from: sources.from(name) ?? DEFAULTS[source] ?? source,
      live,
    };
  });
}

/** A table for people. */
export function settingsTable(shown: readonly ShownSetting[]): string {
  const rows = shown.map(({ name, is_set, value, from }) => [
    name,
    value ?? (is_set ? 'set' : 'not set'),
    from,
  ]);
  const widths = [0, 1].map((column) => Math.min(48, Math.max(...rows.map((row) => row[column].length))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One line of text; `undefined` for what is not set. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return undefined;
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value.replaceAll(/\s+/g, ' ') : JSON.stringify(value);
}

/** Addresses can hold a user and a password where nobody expects any. */
function withoutPassword(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]*@/g, '//***@');
}
