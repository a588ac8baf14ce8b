import { createHash } from 'node:crypto';
import type { MailServer } from '../../support/mail-server.ts';
import { send } from './client.ts';

export const DOCUMENTS = '/service/storage/v1/outages';
export const FILES = '/service/archive/v1';
export const ACCOUNTS = '/service/auth/v1';
export const PASSWORD = 'correct horse';

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What the product has acknowledged, and so must have for ever. */
export class Ledger {
  /** Id of the document, by the mark it was sent with. */
  readonly inserted = new Map<string, string>();
  /** Value of the last acknowledged update, by document. */
  readonly updated = new Map<string, number>();
  /** Digest of the bytes, by file. */
  readonly files = new Map<string, string>();
  readonly accounts = new Set<string>();
  /** Addresses to which a mail is on its way. */
  readonly mailed = new Set<string>();

  get writes(): number {
    return this.inserted.size + this.updateCount + this.files.size + this.accounts.size + this.mailed.size;
  }

  updateCount = 0;

  /** Compares it with what is there. @returns what is missing or twice */
  async compare(url: string, mail: MailServer): Promise<string[]> {
    return [
      ...(await this.compareDocuments(url)),
      ...(await this.compareFiles(url)),
      ...(await this.compareAccounts(url)),
      ...this.compareMails(mail),
    ];
  }

  private async compareDocuments(url: string): Promise<string[]> {
    const findings: string[] = [];
    const stored = new Map<string, { _id: string; mark?: string; value?: number }>();
    const marks = new Map<string, number>();
    for (let skip = 0; ; skip += 1000) {
      const path = `${DOCUMENTS}?limit=1000&skip=${skip}&sort=${encodeURIComponent('{"_id":1}')}`;
      const { body, detail } = await send(url, { path });
      if (!Array.isArray(body)) return [`the documents cannot be read: ${detail}`];
      for (const document of body as { _id: string; mark?: string; value?: number }[]) {
        stored.set(document._id, document);
        if (document.mark !== undefined) marks.set(document.mark, (marks.get(document.mark) ?? 0) + 1);
      }
      if (body.length < 1000) break;
    }
    for (const [mark, id] of this.inserted)
      if (stored.get(id)?.mark !== mark) findings.push(`document ${id} is lost`);
    for (const [mark, count] of marks) if (count > 1) findings.push(`${mark} was stored ${count} times`);
    for (const [id, value] of this.updated)
      if ((stored.get(id)?.value ?? -1) < value)
        findings.push(`document ${id} has ${stored.get(id)?.value}, not ${value}`);
    return findings;
  }

  private async compareFiles(url: string): Promise<string[]> {
    const findings: string[] = [];
    for (const [id, digest] of this.files) {
      const { body, detail } = await send(url, { path: `${FILES}/${id}`, bytes: true });
      if (!Buffer.isBuffer(body) || sha256(body) !== digest) findings.push(`file ${id} is lost: ${detail}`);
    }
    return findings;
  }

  private async compareAccounts(url: string): Promise<string[]> {
    const findings: string[] = [];
    for (const _key of this.accounts) {
      const { result, detail } = await send(url, {
        path: `${ACCOUNTS}/signin`,
        body: { _key, _password: PASSWORD },
      });
      if (result !== 'done') findings.push(`account ${_key} is lost: ${detail}`);
    }
    return findings;
  }

  private compareMails(mail: MailServer): string[] {
    return [...this.undelivered(mail)].map((address) => `the mail to ${address} is lost`);
  }

  undelivered(mail: MailServer): Set<string> {
    const delivered = new Set(mail.mails.flatMap(({ to }) => [to ?? []].flat().map(({ text }) => text)));
    return new Set([...this.mailed].filter((address) => !delivered.has(address)));
  }
}
