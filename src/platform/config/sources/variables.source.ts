import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { unknownLimits } from '../limit-words.js';
import { settings } from '../setting.decorator.js';
import type { FoundSetting, Reading, SettingSource } from './setting-source.js';

/** Variables by their names. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Variables of the environment, or of a file of such lines. They are what they were at the start. */
export class VariablesSource implements SettingSource<Reading> {
  constructor(
    readonly name: 'environment' | 'dotenv',
    private readonly variables: Variables,
    private readonly from: string,
    private readonly problems: readonly string[] = [],
  ) {}

  /** An empty variable is how compose files and shells spell "not set". */
  variable(name: string): string | undefined {
    return (Object.hasOwn(this.variables, name) && this.variables[name]) || undefined;
  }

  read(): Reading {
    const values = new Map<string, FoundSetting>();
    for (const name of settings().keys()) {
      const value = this.variable(name);
      if (value !== undefined) values.set(name, { value, from: this.from });
    }
    const given = Object.keys(this.variables).filter((name) => this.variable(name) !== undefined);
    const problems = [...this.problems, ...unknownLimits(given, new Set(settings().keys()))];
    return { values, problems, warnings: [] };
  }
}

/** Lines of `.env`, which may be missing. */
export function dotenvSource(path: string): VariablesSource {
  try {
    return new VariablesSource('dotenv', parse(readFileSync(path)), path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return new VariablesSource(
      'dotenv',
      {},
      path,
      code === 'ENOENT' ? [] : [`${path} cannot be read (${code})`],
    );
  }
}
