import { access, constants, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Config } from '../../config/config.js';
import { messageOf } from './message.js';
import type { MailTransport, OutgoingMail } from './mail-transport.js';

/** Writes mail to `.eml` files in `DATA_DIR/outbox`, where mail programs open them. */
export class FolderTransport implements MailTransport {
  private readonly transport = createTransport({ streamTransport: true, buffer: true });
  private readonly directory: string;

  constructor(private readonly config: Config) {
    this.directory = join(config.DATA_DIR, 'outbox');
  }

  async send(mail: OutgoingMail): Promise<void> {
    const { message } = await this.transport.sendMail(messageOf(mail, this.config));
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const path = join(this.directory, `${new Date().toISOString().replaceAll(':', '-')}-${mail.id}.eml`);
    // Whoever watches the folder sees whole files alone.
    await writeFile(`${path}.part`, message as Buffer, { mode: 0o600 });
    await rename(`${path}.part`, path);
  }

  async check(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await access(this.directory, constants.W_OK);
  }

  close(): void {
    this.transport.close();
  }
}
