/** Where the engine listens: a Unix socket, or a port of the loopback interface. */
export interface Endpoint {
  socketPath?: string;
  host?: string;
  port?: number;
}

/** The connection string of a socket's path. */
export function socketUri(path: string): string {
  return connectionString(encodeURIComponent(path));
}

/** The connection string of a port. */
export function portUri(host: string, port: number): string {
  return connectionString(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
}

/** A standalone server has no retryable writes; saying so keeps drivers from asking. */
function connectionString(host: string): string {
  return `mongodb://${host}/?directConnection=true&retryWrites=false`;
}

/** Takes one of the connection strings above apart. */
export function parseEndpoint(uri: string): Endpoint {
  const address = /^mongodb:\/\/([^/]+)\//.exec(uri)?.[1] ?? '';
  if (address.startsWith('%2F')) return { socketPath: decodeURIComponent(address) };
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
