import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import type { FromWorker, ToWorker } from './protocol.js';

const STDOUT = 1;

const exit = process.exit.bind(process);

/** The pipe to the server: a line of JSON for each message. */
export class Channel {
  private rest = '';

  /** @param receive is called with each message, in order */
  constructor(private readonly receive: (message: ToWorker) => void) {
    // Without its server a worker has nothing to live for.
    process.stdin
      .setEncoding('utf8')
      .on('data', (text: string) => this.read(text))
      .on('end', exit);
  }

  /** Writes at once: what is printed before an endless loop must not wait for its end. */
  send(message: FromWorker): void {
    let bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(STDOUT, bytes));
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.receive(JSON.parse(line) as ToWorker);
  }
}
