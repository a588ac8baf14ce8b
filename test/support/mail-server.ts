import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A real SMTP server on a port of its own, which keeps what it gets. */
export class MailServer {
  readonly mails: ParsedMail[] = [];
  /** While it is set, mail is refused for now, as a full server does. */
  busy = false;
  readonly logins: string[] = [];
  private readonly server: SMTPServer;

  private constructor() {
    this.server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        this.logins.push(`${username}:${password}`);
        done(null, { user: username });
      },
      onData: (stream, _session, done) => {
        void simpleParser(stream).then((mail) => {
          if (this.busy) return done(Object.assign(new Error('Try later'), { responseCode: 451 }));
          this.mails.push(mail);
          done();
        }, done);
      },
    });
  }

  /** @param port where to listen; a free one by default */
  static async start(port = 0): Promise<MailServer> {
    const mailServer = new MailServer();
    mailServer.server.listen(port, '127.0.0.1');
    await once(mailServer.server.server, 'listening');
    return mailServer;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
