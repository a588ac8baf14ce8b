import { join } from 'node:path';

// Nothing but the engine, so that the memory of the process is the engine's.

type Door = typeof import('../../src/platform/database/embedded/index.js');

const built = join(import.meta.dirname, '../../dist/platform/database/embedded/index.js');
const { startEngine } = (await import(built)) as Door;
const engine = await startEngine({ directory: process.env.DATA_DIR ?? '', host: '127.0.0.1' });
process.once('SIGTERM', () => void engine.close());
process.stdout.write(`${engine.uri}\n`);
