import type { Socket } from 'node:net';
import type { Logger } from '../logger.js';
import { FrameReader, OP_MSG, OP_QUERY, ProtocolError, type Frame } from './frames.js';
import { formatMessage, parseMessage } from './op-msg.js';
import { formatReply, parseQuery } from './op-query.js';
import type { ConnectionInfo, Dispatch } from './request.js';

/** A client may send so many messages ahead; then its socket waits. */
const MAX_PIPELINED = 16;

const NO_SEQUENCES: ReadonlyMap<string, Buffer[]> = new Map();

/** One client: its messages are answered one after the other, in their order. */
export class Connection implements ConnectionInfo {
  private readonly reader = new FrameReader();
  private readonly queue: Frame[] = [];
  private readonly abort = new AbortController();
  private isBusy = false;
  private nextRequestId = 1;

  constructor(
    readonly id: number,
    private readonly socket: Socket,
    private readonly dispatch: Dispatch,
    private readonly logger: Logger,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    // A reset connection ends like a closed one: 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.abort.abort());
  }

  get client(): string {
    const { remoteAddress, remotePort } = this.socket;
    return remoteAddress ? `${remoteAddress}:${remotePort}` : 'anonymous unix socket';
  }

  get closed(): AbortSignal {
    return this.abort.signal;
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(bytes: Buffer): void {
    try {
      for (const frame of this.reader.push(bytes)) this.queue.push(frame);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.queue.length > MAX_PIPELINED) this.socket.pause();
    if (!this.isBusy) void this.work();
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    try {
      for (let frame = this.queue.shift(); frame && !this.closed.aborted; frame = this.queue.shift()) {
        const answer = await this.answer(frame);
        if (answer && !this.closed.aborted && !this.socket.write(answer)) await this.drained();
        if (this.queue.length <= MAX_PIPELINED / 2) this.socket.resume();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.isBusy = false;
    }
  }

  private async answer(frame: Frame): Promise<Buffer | undefined> {
    if (frame.opCode === OP_MSG) {
      const { requestId, command, sequences, moreToCome } = parseMessage(frame);
      const database = typeof command.$db === 'string' ? command.$db : '';
      const body = await this.dispatch({ database, command, sequences, connection: this, isLegacy: false });
      return moreToCome ? undefined : formatMessage(this.nextRequestId++, requestId, body);
    }
    if (frame.opCode === OP_QUERY) {
      const query = parseQuery(frame);
      const body = await this.dispatch({
        ...query,
        sequences: NO_SEQUENCES,
        connection: this,
        isLegacy: true,
      });
      return formatReply(this.nextRequestId++, query.requestId, body);
    }
    throw new ProtocolError(`Messages of kind ${frame.opCode} are not served`);
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.socket.off('drain', done);
        this.socket.off('close', done);
        resolve();
      };
      this.socket.on('drain', done);
      this.socket.on('close', done);
    });
  }

  private fail(error: unknown): void {
    if (!this.closed.aborted)
      this.logger.warn(
        { err: error, client: this.client },
        'Connection closed: it does not speak the protocol',
      );
    this.queue.length = 0;
    this.socket.destroy();
  }
}
