import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';
import { MOST_COUNTED, QueueMetrics } from '../metrics/queue-metrics.service.js';
import { onBehalfOf } from '../logging/request-scope.js';
import { ExternalCalls } from '../outbound/external-calls.service.js';
import { Jobs } from '../jobs/jobs.service.js';
import { SealedBox } from '../security/sealed-box.service.js';
import type { RenderedLetter } from './letter.js';
import { DELIVERY_JOB, LETTER, MAIL, type StoredMail } from './stored-mail.js';
import { MAIL_TRANSPORT, type MailTransport, type OutgoingMail } from './transports/mail-transport.js';

/** Mails that are on their way at once from one instance: one slow server must not hold all of them up. */
const AT_ONCE = 3;

/** For how long one attempt has a mail to itself, in milliseconds; after that its instance is given up. */
const LEASE_MS = 120_000;

const MAX_TRIES = 12;
const LONGEST_PAUSE_MS = 3_600_000;

/** Takes mail out of the outbox, and tries again with growing pauses while it cannot be handed over. */
@Injectable()
export class MailDelivery implements OnModuleDestroy {
  constructor(
    private readonly database: Database,
    private readonly box: SealedBox,
    @Inject(MAIL_TRANSPORT) private readonly transport: MailTransport,
    private readonly config: Config,
    private readonly logger: PinoLogger,
    private readonly external: ExternalCalls,
    queues: QueueMetrics,
    jobs: Jobs,
  ) {
    logger.setContext(MailDelivery.name);
    queues.register('mail', () =>
      this.outbox().countDocuments({ due: { $exists: true } }, { limit: MOST_COUNTED, maxTimeMS: 1000 }),
    );
    jobs.register({
      name: DELIVERY_JOB,
      everyMs: this.pauseMs,
      // Each mail has a lease of its own.
      exclusive: false,
      run: async (signal) => {
        await Promise.all(Array.from({ length: AT_ONCE }, () => this.deliver(signal)));
      },
    });
  }

  onModuleDestroy(): void {
    this.transport.close();
  }

  private get pauseMs(): number {
    return this.config.MAIL_RETRY * 1000;
  }

  private async deliver(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const mail = await this.next();
      if (!mail) return;
      await onBehalfOf(mail.request, () => this.handOver(mail));
    }
  }

  private async handOver(mail: StoredMail): Promise<void> {
    const { _id: id, to = '', request } = mail;
    try {
      await this.send({ id, to, request, ...this.letterOf(mail) });
      await this.outbox().deleteOne({ _id: id });
    } catch (error) {
      await this.postpone(mail, error);
    }
  }

  private send(mail: OutgoingMail): Promise<void> {
    const sent = () => this.transport.send(mail);
    if (this.config.SMTP_HOST === undefined) return sent();
    return this.external.observe({ provider: 'smtp', operation: 'send' }, sent);
  }

  private async next(): Promise<StoredMail | undefined> {
    const now = Date.now();
    const mail = await this.outbox().findOneAndUpdate(
      { due: { $lte: new Date(now) } },
      { $set: { due: new Date(now + LEASE_MS) }, $inc: { tries: 1 } },
      { sort: { due: 1 }, returnDocument: 'after' },
    );
    return mail ?? undefined;
  }

  private async postpone({ _id, tries }: StoredMail, error: unknown): Promise<void> {
    const isLast = tries >= MAX_TRIES;
    const problem = String((error as Error).message).slice(0, 500);
    this.logger.warn({ err: error, mail: _id, tries, isLast }, 'A mail could not be delivered');
    const pause = Math.min(this.pauseMs * 2 ** (tries - 1), LONGEST_PAUSE_MS);
    const due = new Date(Date.now() + pause);
    await this.outbox().updateOne(
      { _id },
      isLast ? { $set: { problem }, $unset: { due: '' } } : { $set: { problem, due } },
    );
  }

  private letterOf({ letter }: StoredMail): RenderedLetter {
    const text = this.box.open(LETTER, letter);
    if (text === undefined) throw new Error('The letter was sealed with another SERVER_SECRET');
    return JSON.parse(text) as RenderedLetter;
  }

  private outbox() {
    return this.database.system<StoredMail>(MAIL);
  }
}
