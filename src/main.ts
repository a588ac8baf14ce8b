import { Logger } from '@nestjs/common';
import { createApp } from './bootstrap.js';
import { welcome } from './platform/config/welcome.js';
import { Config } from './platform/config/config.js';
import { DirectoryInUseError } from './platform/database/embedded/index.js';
import { ConfigError } from './platform/config/load-config.js';

try {
  const app = await createApp();
  // By default Nest ends the process by the signal itself, which supervisors read as a failure.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT', 'SIGHUP'], { useProcessExit: true });
  const config = app.get(Config);
  await app.listen(config.SERVER_PORT, config.SERVER_HOST);
  const url = await app.getUrl();
  if (config.isProduction) new Logger('Server').log(`Listening on ${url}`);
  else process.stdout.write(welcome(config, url));
} catch (error) {
  process.stderr.write(`${expected(error) ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
}

/** Whether an error tells the operator what to change, so that a stack would only hide it. */
function expected(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (
    error instanceof ConfigError ||
    error.name === DirectoryInUseError.name ||
    ('syscall' in error && error.syscall === 'listen')
  );
}
