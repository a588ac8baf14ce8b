import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. */
export interface Recorded {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The body, parsed when it is JSON. */
  body: unknown;
  bytes: Buffer;
}

/** Answers one request. */
export type Reply = (request: Recorded, response: ServerResponse) => void | Promise<void>;

/** An HTTP server that speaks for a provider. It keeps what it was asked, and can be told how to answer next. */
export class HttpStandIn {
  /** Every request since the start, or since {@link forget}. */
  requests: Recorded[] = [];
  /** Requests whose client hung up before the answer was out. */
  hungUp = 0;
  /** Requests that are being answered. */
  open = 0;
  private readonly server: Server;
  private readonly normal: Reply;
  private queue: Reply[] = [];
  private standing?: Reply;

  constructor(normal: Reply) {
    this.normal = normal;
    this.server = createServer((request, response) => {
      void this.answer(request, response);
    });
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How the next requests are answered, one after the other; what comes after them as usual. */
  next(...replies: Reply[]): void {
    this.queue.push(...replies);
  }

  /** How all requests are answered that follow. */
  always(reply: Reply): void {
    this.standing = reply;
  }

  /** As after the start. */
  forget(): void {
    this.requests = [];
    this.queue = [];
    this.standing = undefined;
    this.hungUp = 0;
  }

  get last(): Recorded {
    const request = this.requests.at(-1);
    if (!request) throw new Error('Nothing was asked');
    return request;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    if (this.server.listening) await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    response.once('close', () => {
      this.open -= 1;
      if (!response.writableFinished) this.hungUp += 1;
    });
    const recorded = await record(request).catch(() => undefined);
    if (!recorded) return;
    this.requests.push(recorded);
    const reply = this.queue.shift() ?? this.standing ?? this.normal;
    await reply(recorded, response);
  }
}

async function record(request: IncomingMessage): Promise<Recorded> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
  return {
    method: request.method ?? '',
    path: pathname,
    query: searchParams,
    headers: request.headers,
    body: parsed(bytes),
    bytes,
  };
}

/** SDKs call anything JSON, also the bytes of files. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Never answers. */
export const silence: Reply = () => undefined;

/** Closes the connection without an answer. */
export const hangUp: Reply = (_request, response) => {
  response.destroy();
};
