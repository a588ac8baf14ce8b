/** An event as a client sees it. */
export interface ReadEvent {
  event: string;
  data: unknown;
}

/** Reads server-sent events one by one. */
export class EventStream {
  private readonly decoder = new TextDecoder();
  private buffer = '';

  private constructor(
    readonly response: Response,
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly abort: AbortController,
  ) {}

  static async open(url: string, body: unknown, headers: Record<string, string>): Promise<EventStream> {
    const abort = new AbortController();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: abort.signal,
    });
    if (!response.body) throw new Error('There is no body');
    return new EventStream(response, response.body.getReader(), abort);
  }

  /** @returns the next event, or `undefined` at the end */
  async next(): Promise<ReadEvent | undefined> {
    for (;;) {
      const end = this.buffer.indexOf('\n\n');
      if (end >= 0) {
        const block = this.buffer.slice(0, end);
        this.buffer = this.buffer.slice(end + 2);
        return parse(block);
      }
      const { done, value } = await this.reader.read();
      if (done) return undefined;
      this.buffer += this.decoder.decode(value, { stream: true });
    }
  }

  /** All events that are still to come. */
  async rest(): Promise<ReadEvent[]> {
    const events: ReadEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) events.push(event);
    return events;
  }

  /** Goes away in the middle. */
  hangUp(): void {
    this.abort.abort();
  }
}

function parse(block: string): ReadEvent {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  return {
    event: fields.get('event') ?? 'message',
    data: JSON.parse(fields.get('data') ?? 'null') as unknown,
  };
}

interface Piece {
  candidates?: { content?: { parts: { text?: string }[] } }[];
}

/** The text of all pieces. */
export const textOfEvents = (events: ReadEvent[]): string =>
  events
    .filter(({ event }) => event === 'message')
    .flatMap(({ data }) => (data as Piece).candidates?.[0]?.content?.parts ?? [])
    .map(({ text = '' }) => text)
    .join('');
