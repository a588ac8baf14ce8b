import { createApp } from './bootstrap.js';
import { welcome } from './platform/config/welcome.js';
import { Config } from './platform/config/config.js';
import { ConfigError } from './platform/config/load-config.js';

try {
  const app = await createApp();
  app.enableShutdownHooks();
  const config = app.get(Config);
  await app.listen(config.SERVER_PORT, config.SERVER_HOST);
  process.stdout.write(welcome(config, await app.getUrl()));
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
}
