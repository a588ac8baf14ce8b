import { settings } from '../setting.decorator.js';
import { readSecretFile } from './secret-file.js';
import type { FoundSetting, Reading, SettingSource } from './setting-source.js';

/** Files that `NAME_FILE` names: secrets of Docker and Kubernetes. They are read anew each time. */
export class FilesSource implements SettingSource<Reading> {
  readonly name = 'file';
  private readonly paths = new Map<string, string>();

  /** @param variable text of a variable of the environment or of `.env` */
  constructor(variable: (name: string) => string | undefined) {
    for (const name of settings().keys()) {
      const path = variable(`${name}_FILE`);
      if (path !== undefined) this.paths.set(name, path);
    }
  }

  /** Whether there is anything to look at again. */
  get isEmpty(): boolean {
    return this.paths.size === 0;
  }

  read(): Reading {
    const values = new Map<string, FoundSetting>();
    const problems: string[] = [];
    for (const [name, path] of this.paths)
      try {
        values.set(name, { value: readSecretFile(path), from: `the file ${path}` });
      } catch (error) {
        // No other source steps in: that would be an old value, or one that was never meant.
        problems.push(`${name}_FILE: ${(error as Error).message}`);
      }
    return { values, problems, warnings: [] };
  }
}
