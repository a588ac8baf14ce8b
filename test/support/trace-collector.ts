import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A span as it came over the wire. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentId: string;
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  /** Of the service that it comes from. */
  resource: Record<string, unknown>;
}

/** Takes OTLP over HTTP with Protobuf, as a collector does. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  readonly requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  private readonly server: Server = createServer((request, response) => {
    void buffer(request).then((body) => {
      this.requests.push({ path: request.url ?? '', headers: request.headers });
      this.spans.push(...spansIn(body));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });

  /** @param port where to listen; a free one by default */
  static async start(port = 0): Promise<TraceCollector> {
    const collector = new TraceCollector();
    collector.server.listen(port, '127.0.0.1');
    await once(collector.server, 'listening');
    return collector;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  named(name: string): CollectedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

type Fields = Map<number, (Buffer | bigint)[]>;

/** Reads one message of Protobuf: numbers of fields with their values, without any schema. */
function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const type = tag & 7;
    const value =
      type === 0 ? varint() : type === 1 ? take(8) : type === 5 ? take(4) : take(Number(varint()));
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

const messages = (fields: Fields, number: number) => (fields.get(number) ?? []) as Buffer[];
const text = (fields: Fields, number: number) => messages(fields, number)[0]?.toString() ?? '';
const hex = (fields: Fields, number: number) => messages(fields, number)[0]?.toString('hex') ?? '';

function attributesOf(entries: Buffer[]): Record<string, unknown> {
  return Object.fromEntries(
    entries.map((entry) => {
      const pair = fieldsOf(entry);
      const value = fieldsOf(messages(pair, 2)[0] ?? Buffer.alloc(0));
      const number = value.get(3)?.[0];
      return [text(pair, 1), number === undefined ? text(value, 1) : Number(number)];
    }),
  );
}

/** The numbers are those of opentelemetry/proto/trace/v1/trace.proto. */
function spansIn(body: Buffer): CollectedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const group = fieldsOf(resourceSpans);
    const resource = attributesOf(messages(fieldsOf(messages(group, 1)[0]), 1));
    return messages(group, 2).flatMap((scope) =>
      messages(fieldsOf(scope), 2).map((bytes) => {
        const span = fieldsOf(bytes);
        return {
          traceId: hex(span, 1),
          spanId: hex(span, 2),
          parentId: hex(span, 4),
          name: text(span, 5),
          kind: Number(span.get(6)?.[0] ?? 0),
          attributes: attributesOf(messages(span, 9)),
          resource,
        };
      }),
    );
  });
}
