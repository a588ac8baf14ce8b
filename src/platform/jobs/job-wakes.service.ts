import { Injectable } from '@nestjs/common';
import { PubSub } from '../redis/pub-sub.service.js';
import { Instance } from './instance.js';

const CHANNEL = 'job-wakes';

/** Shortest time between two messages about one job, in milliseconds: a hundred pieces of work need no hundred calls. */
const APART_MS = 50;

/** Tells other instances that there is something to do: whichever has room for it takes it. */
@Injectable()
export class JobWakes {
  /** Jobs that were told of lately, and whether there is more to tell. */
  private readonly recent = new Map<string, boolean>();

  constructor(
    private readonly pubSub: PubSub,
    private readonly instance: Instance,
  ) {}

  /** @param wake takes the name of a job that another instance tells of */
  start(wake: (job: string) => void): void {
    this.pubSub.subscribe(CHANNEL, (message) => {
      const [from, job] = message.split(' ');
      if (from !== this.instance.place.instance && job) wake(job);
    });
  }

  tell(job: string): void {
    if (this.recent.has(job)) {
      this.recent.set(job, true);
      return;
    }
    this.recent.set(job, false);
    void this.pubSub.publish(CHANNEL, `${this.instance.place.instance} ${job}`);
    setTimeout(() => {
      const more = this.recent.get(job);
      this.recent.delete(job);
      if (more) this.tell(job);
    }, APART_MS).unref();
  }
}
