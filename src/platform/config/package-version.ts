import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// `src/platform/config` and `dist/platform/config` lie equally deep.
const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  version: string;
};

/** Version of this server, as in its `package.json`. */
export const PACKAGE_VERSION = manifest.version;
