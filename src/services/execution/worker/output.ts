import { Buffer } from 'node:buffer';
import type { Channel } from './channel.js';

/** Pieces that are sent as they come; further ones are gathered, so that many small ones cost less. */
const PROMPT = 100;

/** Bytes that are gathered before they are sent. */
const GATHERED = 8192;

/** The output of one run, counted: what would go over the limit is cut, and ends the run. */
export class Output {
  exceeded = false;
  private pieces = 0;
  private waiting: { stream: 'stdout' | 'stderr'; text: string } | undefined;

  constructor(
    private readonly channel: Channel,
    private left: number,
  ) {}

  /** @returns whether the run may go on */
  write(stream: 'stdout' | 'stderr', text: string): boolean {
    const bytes = Buffer.byteLength(text);
    if (bytes > this.left) {
      this.exceeded = true;
      text = Buffer.from(text).subarray(0, Math.max(this.left, 0)).toString();
    }
    this.left -= bytes;
    if (text !== '') this.gather(stream, text);
    return !this.exceeded;
  }

  /** Counts a result. @returns whether there was room for it */
  takes(result: string): boolean {
    this.left -= Buffer.byteLength(result);
    if (this.left < 0) this.exceeded = true;
    return !this.exceeded;
  }

  flush(): void {
    if (this.waiting) this.channel.send({ kind: 'output', ...this.waiting });
    this.waiting = undefined;
  }

  private gather(stream: 'stdout' | 'stderr', text: string): void {
    if (this.waiting?.stream === stream) this.waiting.text += text;
    else {
      this.flush();
      this.waiting = { stream, text };
    }
    this.pieces += 1;
    if (this.pieces < PROMPT || (this.waiting?.text.length ?? 0) > GATHERED) this.flush();
  }
}
