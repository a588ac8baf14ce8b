const PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' };

/** Whether an address is one of the granted hosts; one without a port stands for the ports of http and https. */
export function isGrantedHost(url: URL, granted: readonly string[]): boolean {
  const standard = PORTS[url.protocol];
  const port = url.port || standard;
  return granted.some((entry) => {
    const [, host, wanted] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (host.startsWith('[') && !host.endsWith(']')) return false;
    return host === url.hostname && port === (wanted ?? standard);
  });
}
