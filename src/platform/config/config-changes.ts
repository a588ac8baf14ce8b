import type { Config } from './config.js';

/** Name of a setting. */
export type SettingName = Extract<keyof Config, Uppercase<string>>;

/** Learns which of its settings have changed; `Config` has the new values already. */
export type ChangeListener = (changed: ReadonlySet<string>) => void | Promise<void>;

/**
 * Tells of settings that have changed while the server runs. Whoever reads `Config` where it uses a value needs nothing
 * of this; it is for those who make something of a value and keep it. The setting must be declared `live`.
 *
 * @example
 * constructor(private readonly config: Config, changes: ConfigChanges) {
 *   changes.on(['ENCRYPTION_KEYS'], () => (this.keys = parseKeys(config.ENCRYPTION_KEYS)));
 * }
 */
export class ConfigChanges {
  private readonly listeners: { names: ReadonlySet<string>; listener: ChangeListener }[] = [];

  /** @param listener is called once for each reload that changes one of the names or several */
  on(names: readonly SettingName[], listener: ChangeListener): void {
    this.listeners.push({ names: new Set(names), listener });
  }

  /** Calls the listeners. @returns what those threw that failed; one failure harms no other listener */
  async tell(changed: Iterable<string>): Promise<unknown[]> {
    const all = new Set(changed);
    const failures: unknown[] = [];
    for (const { names, listener } of this.listeners)
      try {
        const own = new Set([...all].filter((name) => names.has(name)));
        if (own.size > 0) await listener(own);
      } catch (error) {
        failures.push(error);
      }
    return failures;
  }
}
