import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';
import type { TestApp } from './test-app.js';

/** Longest wait for a mail, in milliseconds. */
const PATIENCE_MS = 20_000;

/** The folder that a {@link TestApp} writes its mail to. */
export class Outbox {
  private readonly read = new Set<string>();

  constructor(private readonly app: TestApp) {}

  /** The next mail to an address that was not taken yet, when it is there. */
  async next(to: string): Promise<ParsedMail> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      for (const name of await this.names()) {
        if (this.read.has(name)) continue;
        const mail = await simpleParser(await readFile(join(this.directory, name)));
        if (addressesOf(mail).includes(to)) {
          this.read.add(name);
          return mail;
        }
      }
      if (Date.now() > deadline) throw new Error(`No mail to ${to} has come`);
      await sleep(20);
    }
  }

  /** The six digits of the next mail to an address. */
  async code(to: string): Promise<string> {
    return partOf(await this.next(to), /\b\d{6}\b/);
  }

  /** The token of the next mail to an address, which names no application. */
  async token(to: string): Promise<string> {
    return partOf(await this.next(to), /[\w-]{22}\.[\w-]{32}/);
  }

  /** How many mails have been written, to whomever. */
  async count(): Promise<number> {
    return (await this.names()).length;
  }

  private get directory(): string {
    return join(this.app.directory, 'outbox');
  }

  private async names(): Promise<string[]> {
    const names = await readdir(this.directory).catch(() => []);
    return names.filter((name) => name.endsWith('.eml')).sort();
  }
}

const addressesOf = ({ to }: ParsedMail): string[] =>
  [to ?? []].flat().flatMap(({ value }) => value.map(({ address = '' }) => address));

function partOf({ text = '' }: ParsedMail, pattern: RegExp): string {
  const match = pattern.exec(text);
  if (!match) throw new Error(`The mail holds none: ${text}`);
  return match[0];
}
