import { rm } from 'node:fs/promises';
import './global-setup.ts';

/** Stops the shared database and removes its data. */
export default async function globalTeardown(): Promise<void> {
  const { engine, directory } = globalThis.testServers;
  await engine?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
}
