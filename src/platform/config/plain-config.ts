import { plainToInstance } from 'class-transformer';
import { Config } from './config.js';
import { settings } from './setting.decorator.js';
import type { WonSetting } from './sources/setting-source.js';

/** The configuration that values make, not checked yet. */
export function plainConfig(values: ReadonlyMap<string, Pick<WonSetting, 'value'>>): Config {
  const plain = Object.fromEntries([...values].map(([name, { value }]) => [name, value]));
  return plainToInstance(Config, plain, { exposeDefaultValues: true });
}

/** Lets nobody write to the configuration but {@link replaceSettings}. */
export function protect(config: Config): Config {
  for (const name of settings().keys()) define(config, name, config[name as keyof Config]);
  return Object.preventExtensions(config);
}

/** Gives a protected configuration the values that another one has under some names. */
export function replaceSettings(config: Config, names: Iterable<string>, from: Config): void {
  for (const name of names) define(config, name, from[name as keyof Config]);
}

function define(config: Config, name: string, value: unknown): void {
  Object.defineProperty(config, name, { value, enumerable: true, writable: false, configurable: true });
}
