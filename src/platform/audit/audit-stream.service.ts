import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { LogFile } from '../logging/log-file.js';
import { LogFiles } from '../logging/log-files.service.js';
import type { NewEntry, StoredEntry } from './audit-entry.js';

/**
 * The trail as lines of JSON in files of its own (`audit-….log` in `LOG_DIR`), for systems that collect such: of each
 * entry its place in the chain, and before that, while the database is away, a line with `pending`.
 */
@Injectable()
export class AuditStream {
  private readonly file?: LogFile;

  constructor({ LOG_DIR: directory, LOG_MAX_SIZE: maxBytes }: Config, files: LogFiles) {
    if (directory === undefined) return;
    this.file = new LogFile({ directory, kind: 'audit', maxBytes, mode: 0o600 });
    files.add('audit', this.file);
  }

  written(project: string, entries: StoredEntry[]): void {
    if (!this.file) return;
    for (const { salt: _s, of_user: _o, ...entry } of entries)
      this.file.write(`${JSON.stringify({ project, ...entry })}\n`);
  }

  pending(project: string, entries: NewEntry[]): void {
    if (!this.file) return;
    for (const { of_user: _o, ...entry } of entries)
      this.file.write(`${JSON.stringify({ project, pending: true, ...entry })}\n`);
  }

  /** After the last entry. */
  async close(): Promise<void> {
    await this.file?.close();
  }
}
