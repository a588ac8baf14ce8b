/** Kinds of sources, the one that wins first. */
export const SOURCES = ['file', 'vault', 'environment', 'dotenv'] as const;

export type SourceName = (typeof SOURCES)[number];

/** What a source has of one setting. */
export interface FoundSetting {
  value: string;
  /** Where it stands, in words for the operator: `the file /run/secrets/x`. Never holds the value. */
  from: string;
}

/** What a source has, found out at one moment. */
export interface Reading {
  values: ReadonlyMap<string, FoundSetting>;
  /** What is wrong: sentences that begin with the name of the setting and hold no value. */
  problems: readonly string[];
  /** What an operator should know, and what stops nothing. */
  warnings: readonly string[];
}

/**
 * A place that settings come from. It answers with text for names that it knows, never throws, and tells nobody a value.
 *
 * @typeParam R a source without a network answers at once, so that settings can be read synchronously
 */
export interface SettingSource<R extends Reading | Promise<Reading> = Reading | Promise<Reading>> {
  readonly name: SourceName;
  read(): R;
}

/** A setting and the source that won. */
export interface WonSetting extends FoundSetting {
  source: SourceName;
}

/** What all sources have together. */
export interface Settled {
  values: ReadonlyMap<string, WonSetting>;
  problems: readonly string[];
  warnings: readonly string[];
}

/** Puts readings together: the first that has a setting wins. */
export function settle(readings: readonly (readonly [SourceName, Reading])[]): Settled {
  const values = new Map<string, WonSetting>();
  for (const [source, reading] of readings)
    for (const [name, found] of reading.values) if (!values.has(name)) values.set(name, { ...found, source });
  return {
    values,
    problems: readings.flatMap(([, { problems }]) => problems),
    warnings: readings.flatMap(([, { warnings }]) => warnings),
  };
}
