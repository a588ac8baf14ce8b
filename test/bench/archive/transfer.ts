import { request, type IncomingMessage, type RequestOptions } from 'node:http';

const MB = 1024 ** 2;

/** One megabyte that differs from place to place. */
const PIECE = Buffer.alloc(MB, 'coglex benchmark bytes ');

export interface Transfer {
  megabytesPerSecond: number;
  body: Buffer;
}

/** Sends megabytes in one request, between two texts. */
export async function send(
  url: string,
  megabytes: number,
  headers: Record<string, string>,
  head = '',
  tail = '',
): Promise<Transfer> {
  const length = Buffer.byteLength(head) + megabytes * MB + Buffer.byteLength(tail);
  const started = performance.now();
  const sending = open(url, { method: 'POST', headers: { ...headers, 'Content-Length': length } });
  const { outgoing, answer } = sending;
  outgoing.write(head);
  for (let sent = 0; sent < megabytes; sent += 1)
    if (!outgoing.write(PIECE)) await new Promise((resolve) => outgoing.once('drain', resolve));
  outgoing.end(tail);
  const body = await read(await answer);
  return { megabytesPerSecond: speed(megabytes, started), body };
}

/** Receives all of an answer, and keeps nothing of it. */
export async function receive(url: string, headers: Record<string, string>): Promise<Transfer> {
  const started = performance.now();
  const { outgoing, answer } = open(url, { headers });
  outgoing.end();
  let bytes = 0;
  for await (const chunk of (await answer) as AsyncIterable<Buffer>) bytes += chunk.length;
  return { megabytesPerSecond: speed(bytes / MB, started), body: Buffer.alloc(0) };
}

function open(url: string, options: RequestOptions) {
  const outgoing = request(url, options);
  const answer = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.once('response', resolve).once('error', reject),
  );
  return { outgoing, answer };
}

async function read(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const speed = (megabytes: number, started: number) => (megabytes / (performance.now() - started)) * 1000;
