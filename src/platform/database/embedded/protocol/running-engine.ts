import { connect } from 'node:net';
import { join } from 'node:path';
import { socketUri } from './endpoint.js';
import { SOCKET_FILE } from './server.js';

/**
 * The address of the engine that runs on a data directory in another process; `undefined` when there is none, or when
 * the path of the directory is too long for a socket to be in it.
 */
export async function runningEngineUri(directory: string): Promise<string | undefined> {
  const path = join(directory, SOCKET_FILE);
  const listens = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
  return listens ? socketUri(path) : undefined;
}
