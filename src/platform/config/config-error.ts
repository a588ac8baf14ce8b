/** Lists every bad setting; its message is for the operator's terminal and never holds a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param problems sentences that begin with the name of the setting
   * @param from where a setting comes from, in words
   */
  constructor(
    readonly problems: readonly string[],
    from: (setting: string) => string | undefined = () => undefined,
  ) {
    const lines = problems.map((problem) => {
      const source = from(settingOf(problem));
      return `  - ${problem}${source === undefined ? '' : ` (from ${source})`}`;
    });
    super(`The configuration is not valid:\n${lines.join('\n')}`);
  }
}

/** The setting that a problem is about: its first word. `NAME_FILE` stays what it is. */
export function settingOf(problem: string): string {
  return /^\w*/.exec(problem)?.[0] ?? '';
}
