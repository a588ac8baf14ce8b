import { isDeepStrictEqual } from 'node:util';
import { checkConfig } from './check-config.js';
import { ConfigChanges } from './config-changes.js';
import { settingOf } from './config-error.js';
import { Config } from './config.js';
import { plainConfig, replaceSettings } from './plain-config.js';
import { settings } from './setting.decorator.js';
import type { Settled, SourceName, WonSetting } from './sources/setting-source.js';

/** What a reload has found that was not known before. Names and sentences, never a value. */
export interface ReloadReport {
  /** Settings that have new values now. */
  changed: string[];
  /** Settings whose new values take effect after a restart. */
  restart: string[];
  /** Why new values were not taken; the old ones stay. */
  refused: string[];
  /** What listeners threw that could not make use of a new value. */
  failures: unknown[];
  /** What an operator should know, and what stops nothing. */
  warnings: string[];
}

/** Where the value of a setting comes from. */
export type Origin = SourceName | 'default' | 'generated';

type Values = ReadonlyMap<string, WonSetting>;

/**
 * The configuration of a process and where it came from. New values are checked first; those of settings that are declared
 * `live` are then put into the one {@link Config} that everybody holds, and {@link changes} tells of them.
 */
export class LiveConfig {
  readonly changes = new ConfigChanges();
  private readonly waiting = new Map<string, unknown>();
  private taken: Settled;
  private refusals: ReadonlyMap<string, string> = new Map();

  /** @param values the text that the configuration was made of; none when it was made by other means */
  constructor(
    readonly config: Config,
    private values: Values = new Map(),
    private warnings: readonly string[] = [],
  ) {
    this.taken = { values, problems: [], warnings };
  }

  /** Settings whose new values wait for a restart. */
  get awaitingRestart(): string[] {
    return [...this.waiting.keys()];
  }

  /** What is wrong with new values that were not taken. */
  get refused(): string[] {
    return [...this.refusals.values()];
  }

  origin(name: string): Origin {
    const source = this.values.get(name)?.source;
    if (source) return source;
    return name === 'SERVER_SECRET' ? 'generated' : 'default';
  }

  /** Where a value stands, in words; `undefined` for defaults. */
  from(name: string): string | undefined {
    return this.values.get(name)?.from;
  }

  /** Whether this is what was taken last. */
  hasTaken(settled: Settled): boolean {
    return isDeepStrictEqual(settled, this.taken);
  }

  /** Takes what the sources have now. Never fails. */
  async take(settled: Settled): Promise<ReloadReport> {
    const { values: found, problems, warnings } = settled;
    // Mostly nothing has changed, and checking everything is much more work than looking.
    if (this.hasTaken(settled)) return nothing();
    this.taken = settled;
    const { values, refusals } = this.acceptable(found, problems);
    const candidate = plainConfig(values);
    const report = this.sort(candidate);
    report.warnings = warnings.filter((warning) => !this.warnings.includes(warning));
    this.warnings = warnings;
    report.refused = [...refusals].flatMap(([name, problem]) =>
      this.refusals.get(name) === problem ? [] : [problem],
    );
    this.refusals = refusals;
    replaceSettings(this.config, report.changed, candidate);
    this.values = this.remember(values);
    report.failures = await this.changes.tell(report.changed);
    return report;
  }

  /** What was found, with the old values in the place of bad ones; the old values alone where that is not enough. */
  private acceptable(
    found: Values,
    unread: readonly string[],
  ): { values: Values; refusals: Map<string, string> } {
    const refusals = new Map(unread.map((problem) => [settingOf(problem).replace(/_FILE$/, ''), problem]));
    let values = this.withOld(found, refusals);
    for (const problem of checkConfig(this.complete(values)))
      refusals.set(settingOf(problem), describe(problem, values));
    values = this.withOld(found, refusals);
    const left = checkConfig(this.complete(values));
    if (left.length === 0) return { values, refusals };
    // Settings that do not fit together, and one of them is as it was.
    for (const problem of left) refusals.set(settingOf(problem), describe(problem, values));
    return { values: this.values, refusals };
  }

  private withOld(found: Values, refusals: ReadonlyMap<string, string>): Values {
    const values = new Map(found);
    for (const name of refusals.keys()) {
      const old = this.values.get(name);
      if (old) values.set(name, old);
      else values.delete(name);
    }
    return values;
  }

  /** A generated secret stands in none of the sources. */
  private complete(values: Values): Config {
    const config = plainConfig(values);
    if (this.origin('SERVER_SECRET') === 'generated' && config.SERVER_SECRET === undefined)
      Object.assign(config, { SERVER_SECRET: this.config.SERVER_SECRET });
    return config;
  }

  private sort(candidate: Config): ReloadReport {
    const report = nothing();
    for (const [name, { live }] of settings()) {
      const key = name as keyof Config;
      const next = candidate[key];
      const known = this.waiting.get(name);
      this.waiting.delete(name);
      if (isDeepStrictEqual(next, this.config[key])) continue;
      if (name === 'SERVER_SECRET' && next === undefined && this.origin(name) === 'generated') continue;
      if (live) {
        report.changed.push(name);
        continue;
      }
      this.waiting.set(name, next);
      if (!isDeepStrictEqual(next, known)) report.restart.push(name);
    }
    return report;
  }

  /** What waits for a restart is still what it was. */
  private remember(values: Values): Values {
    return this.withOld(values, new Map([...this.waiting.keys()].map((name) => [name, ''])));
  }
}

/** The report of a reload that found nothing new. */
export function nothing(): ReloadReport {
  return { changed: [], restart: [], refused: [], failures: [], warnings: [] };
}

function describe(problem: string, values: Values): string {
  const from = values.get(settingOf(problem))?.from;
  return from === undefined ? problem : `${problem} (from ${from})`;
}
