import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A webhook as it arrived. */
export interface Arrival {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

type Answer = number | { status: number; headers: Record<string, string> } | 'hangs';

/** A subscriber of webhooks on a loopback port, which answers as a test wants it to. */
export class WebhookReceiver {
  readonly arrivals: Arrival[] = [];
  /** What it answers, by the number of arrivals before; 200 by default. */
  answer: (arrival: Arrival, index: number) => Answer | Promise<Answer> = () => 200;
  private readonly server: Server = createServer((request, response) => {
    void (async () => {
      const arrival = { path: request.url ?? '', headers: request.headers, body: await text(request) };
      const index = this.arrivals.push(arrival) - 1;
      const answer = await this.answer(arrival, index);
      if (answer === 'hangs') return;
      if (typeof answer === 'number') response.writeHead(answer).end('thank you');
      else response.writeHead(answer.status, answer.headers).end();
    })().catch(() => response.destroy());
  });

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** Resolves when so many have arrived in all. */
  async until(count: number): Promise<void> {
    while (this.arrivals.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
