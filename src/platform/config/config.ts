import { LoggingSettings } from './settings/logging.settings.js';

/**
 * Every setting of the server, under the name of its environment variable. The settings of each part stand in
 * `settings/`, one class on top of the other, for they have one flat namespace.
 *
 * The only door to the environment: inject it. Initializers are the defaults. `.env.example` and the table in
 * the README are generated from it with `npm run config`.
 */
export class Config extends LoggingSettings {
  /** {@link BASE_URL}, or where the server listens when that is not set. No trailing slash. */
  get baseUrl(): string {
    return (this.BASE_URL ?? `http://127.0.0.1:${this.SERVER_PORT}`).replace(/\/+$/, '');
  }

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }
}
