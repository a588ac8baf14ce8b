import { createTransport } from 'nodemailer';
import type { ConfigChanges } from '../../config/config-changes.js';
import type { Config } from '../../config/config.js';
import { messageOf } from './message.js';
import type { MailTransport, OutgoingMail } from './mail-transport.js';

/** Port on which TLS comes first; on all others it is asked for (STARTTLS). */
const TLS_PORT = 465;

/** Longest wait for a server that does not speak, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Sends through an SMTP server, over connections that are kept. */
export class SmtpTransport implements MailTransport {
  private transport;

  constructor(
    private readonly config: Config,
    changes: ConfigChanges,
  ) {
    this.transport = create(config);
    changes.on(['SMTP_USER', 'SMTP_PASSWORD'], () => {
      // Mail that is under way goes on over its connection; what waited for one is tried again.
      this.transport.close();
      this.transport = create(config);
    });
  }

  async send(mail: OutgoingMail): Promise<void> {
    await this.transport.sendMail(messageOf(mail, this.config));
  }

  async check(): Promise<void> {
    await this.transport.verify();
  }

  close(): void {
    this.transport.close();
  }
}

function create(config: Config) {
  const { SMTP_HOST: host, SMTP_PORT: port, SMTP_USER: user, SMTP_PASSWORD: pass, isProduction } = config;
  const auth = user === undefined ? undefined : { user, pass: pass ?? '' };
  return createTransport({
    host,
    port,
    secure: port === TLS_PORT,
    // A password must not cross a network in the clear.
    requireTLS: isProduction && auth !== undefined,
    auth,
    pool: true,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  });
}
