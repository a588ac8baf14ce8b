import { writeFileSync } from 'node:fs';
import { createApp } from '../bootstrap.js';
import { loadConfig, MIN_SECRET_LENGTH } from '../platform/config/load-config.js';
import { createOpenApiDocument } from '../platform/openapi/openapi.js';

/** Writes the OpenAPI document to the file named as argument, `openapi.json` by default. Needs no database. */
const path = process.argv[2] ?? 'openapi.json';
// Nothing is signed here, and a real secret must not be generated as a side effect.
const config = loadConfig({
  env: { LOG_LEVEL: 'silent', SERVER_SECRET: '-'.repeat(MIN_SECRET_LENGTH) },
  dotenv: null,
});
const app = await createApp({ config, preview: true });
writeFileSync(path, `${JSON.stringify(createOpenApiDocument(app), null, 2)}\n`);
process.stdout.write(`${path}\n`);
