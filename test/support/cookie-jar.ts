import type { ApiClient } from './api-client.js';

/** One cookie as a server has set it. */
export interface SetCookie {
  value: string;
  /** Attributes by their names in lower case. */
  attributes: Record<string, string | true>;
}

/** Keeps cookies as a browser does, as far as tests need it: by name, until they are cleared. */
export class CookieJar {
  private readonly cookies = new Map<string, SetCookie>();

  /** Takes the `Set-Cookie` headers of an answer in. */
  take(headers: Headers): this {
    for (const line of headers.getSetCookie()) {
      const [pair, ...rest] = line.split(/; */);
      const at = pair.indexOf('=');
      const attributes = Object.fromEntries(
        rest.map((part) => {
          const [name, value] = part.split('=');
          return [name.toLowerCase(), value ?? true];
        }),
      );
      this.cookies.set(pair.slice(0, at), { value: pair.slice(at + 1), attributes });
    }
    return this;
  }

  get(name: string): SetCookie | undefined {
    return this.cookies.get(name);
  }

  /** What a browser would send, cleared cookies left out. */
  get header(): string {
    return [...this.cookies]
      .filter(([, { value }]) => value !== '')
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  /** A client that sends these cookies. */
  on(client: ApiClient): ApiClient {
    return client.with({ cookie: this.header });
  }
}
