import type { Config } from '../../config/config.js';
import type { OutgoingMail } from './mail-transport.js';

/** The mail in nodemailer's form; the address goes as an object, so that nothing in it is read as syntax. */
export function messageOf({ id, to, request, subject, text, html }: OutgoingMail, config: Config) {
  return {
    from: config.SMTP_SENDER,
    to: { name: '', address: to },
    messageId: `<${id}@${new URL(config.baseUrl).hostname}>`,
    subject,
    text,
    html,
    // Asks answering machines to be silent (RFC 3834).
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(request === undefined ? {} : { 'X-Request-Id': request }),
    },
  };
}
