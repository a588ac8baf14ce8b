import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { send, type Call, type Outcome } from './client.ts';
import type { PartName } from './installation.ts';
import { ACCOUNTS, DOCUMENTS, FILES, PASSWORD, sha256, type Ledger } from './ledger.ts';

/** One request of the load. Times are of `performance.now()`. */
export interface Sample extends Outcome {
  kind: string;
  needs: readonly PartName[];
  from: number;
  until: number;
}

/** Pause of a worker between two requests, in milliseconds. */
const PAUSE_MS = 20;

const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');

/** Requests of all kinds to all instances, until it is stopped; what is acknowledged goes into the ledger. */
export class Load {
  readonly samples: Sample[] = [];
  private readonly urls: readonly string[];
  private readonly ledger: Ledger;
  private readonly workers: Promise<void>[] = [];
  private going = true;
  private turn = 0;
  private newest = '';

  constructor(urls: readonly string[], ledger: Ledger) {
    this.urls = urls;
    this.ledger = ledger;
  }

  /** Makes what the load reads and changes, and starts it. */
  async start(): Promise<void> {
    const document = await this.insert();
    const updated = await this.insert();
    const account = await this.signUp();
    const file = await this.upload();
    if (!document || !updated || !account || !file) throw new Error('The load could not be prepared');
    const token = await this.signIn(account);
    let value = 0;
    const kinds: (() => Promise<unknown>)[] = [
      () => this.send('read', ['database'], { path: `${DOCUMENTS}/${document}` }),
      () => this.insert(),
      () => this.insert(),
      () => this.update(updated, (value += 1)),
      // Each time another: an account that has a hundred sessions has to part with one.
      () => this.signIn(this.newest),
      () => this.profile(account, token),
      async () => {
        const key = await this.signUp();
        if (key) await this.mail(key);
      },
      () => this.upload(),
      () => this.send('download', ['database', 's3'], { path: `${FILES}/${file}`, bytes: true }),
      () => this.send('docs', [], { path: '/docs-json' }),
      () => this.send('live', [], { path: '/health/live' }),
      () => this.send('health', [], { path: '/health', also: [503] }),
    ];
    this.workers.push(...kinds.map((kind) => this.work(kind)));
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.workers);
  }

  private async work(kind: () => Promise<unknown>): Promise<void> {
    while (this.going) {
      await kind();
      await sleep(PAUSE_MS);
    }
  }

  private async send(kind: string, needs: readonly PartName[], call: Call): Promise<Outcome> {
    this.turn += 1;
    const from = performance.now();
    const outcome = await send(this.urls[this.turn % this.urls.length], call);
    // The bodies would fill the memory.
    const sample = { ...outcome, kind, needs, from, until: performance.now() };
    if (kind !== 'health') sample.body = undefined;
    this.samples.push(sample);
    return outcome;
  }

  private async insert(): Promise<string | undefined> {
    const mark = randomUUID();
    const { body } = await this.send('insert', ['database'], { path: DOCUMENTS, body: { mark, value: 0 } });
    const id = (body as { ids: string[] } | undefined)?.ids[0];
    if (id !== undefined) this.ledger.inserted.set(mark, id);
    return id;
  }

  private async update(id: string, value: number): Promise<void> {
    const body = { document: { $max: { value } } };
    const call = { method: 'PATCH', path: `${DOCUMENTS}/${id}`, body };
    const { result } = await this.send('update', ['database'], call);
    if (result !== 'done') return;
    this.ledger.updated.set(id, Math.max(value, this.ledger.updated.get(id) ?? 0));
    this.ledger.updateCount += 1;
  }

  private async signUp(): Promise<string | undefined> {
    const _key = `${randomBytes(8).toString('hex')}@example.com`;
    const body = { _key, _password: PASSWORD };
    const { result } = await this.send('sign up', ['database'], { path: `${ACCOUNTS}/signup`, body });
    if (result !== 'done') return undefined;
    this.ledger.accounts.add(_key);
    this.newest = _key;
    return _key;
  }

  private async signIn(_key: string): Promise<string> {
    const body = { _key, _password: PASSWORD };
    const answer = await this.send('sign in', ['database'], { path: `${ACCOUNTS}/signin`, body });
    return (answer.body as { token?: string } | undefined)?.token ?? '';
  }

  private async profile(key: string, token: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}` };
    await this.send('profile', ['database'], { path: `${ACCOUNTS}/${key}`, headers });
  }

  private async mail(_key: string): Promise<void> {
    const { result } = await this.send('mail', ['database'], { path: `${ACCOUNTS}/passgen`, body: { _key } });
    if (result === 'done') this.ledger.mailed.add(_key);
  }

  private async upload(): Promise<string | undefined> {
    const bytes = Buffer.concat([JPEG, randomBytes(2000 + Math.floor(Math.random() * 60_000))]);
    const form = new FormData();
    form.append('file', new Blob([bytes]), 'picture.jpg');
    const { body } = await this.send('upload', ['database', 's3'], { path: FILES, body: form });
    const id = (body as { _id: string } | undefined)?._id;
    if (id !== undefined) this.ledger.files.set(id, sha256(bytes));
    return id;
  }
}
