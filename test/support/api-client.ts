/** What a test looks at of an answer. */
export interface ApiAnswer<T> {
  status: number;
  headers: Headers;
  /** The parsed JSON, or `undefined` for an empty body. */
  body: T;
}

/** Body of an error answer. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors?: { field: string; message: string }[];
  [member: string]: unknown;
}

type Query = Record<string, unknown>;

/** Calls the API over real HTTP, as a client would. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly headers: Record<string, string>,
  ) {}

  /** The same client with further headers; `undefined` takes one away. */
  with(headers: Record<string, string | undefined>): ApiClient {
    const merged = Object.entries({ ...this.headers, ...headers }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return new ApiClient(this.url, Object.fromEntries(merged));
  }

  /** The same client, calling another instance. */
  at(url: string): ApiClient {
    return new ApiClient(url, this.headers);
  }

  /** The same client, acting as the user that a token names. */
  as(token: string): ApiClient {
    return this.with({ authorization: `Bearer ${token}` });
  }

  get<T = unknown>(path: string, query?: Query): Promise<ApiAnswer<T>> {
    return this.send('GET', path, undefined, query);
  }

  post<T = unknown>(path: string, body?: unknown, query?: Query): Promise<ApiAnswer<T>> {
    return this.send('POST', path, body, query);
  }

  patch<T = unknown>(path: string, body?: unknown, query?: Query): Promise<ApiAnswer<T>> {
    return this.send('PATCH', path, body, query);
  }

  delete<T = unknown>(path: string, body?: unknown, query?: Query): Promise<ApiAnswer<T>> {
    return this.send('DELETE', path, body, query);
  }

  /** A request of any kind, with the headers of this client. */
  fetch(path: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const merged = { ...this.headers, ...(headers as Record<string, string> | undefined) };
    return fetch(new URL(path, this.url), { redirect: 'manual', ...init, headers: merged });
  }

  /** Sends a body as it is when it is text, otherwise as JSON. Query values that are not text travel as JSON. */
  async send<T>(method: string, path: string, body?: unknown, query: Query = {}): Promise<ApiAnswer<T>> {
    const url = new URL(path, this.url);
    for (const [name, value] of Object.entries(query))
      url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    const response = await fetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...this.headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: (json && text !== '' ? JSON.parse(text) : undefined) as T,
    };
  }
}
