import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { MailDelivery } from './mail-delivery.service.js';
import { Mailer } from './mailer.service.js';
import { FolderTransport } from './transports/folder.transport.js';
import { MAIL_TRANSPORT, type MailTransport } from './transports/mail-transport.js';
import { SmtpTransport } from './transports/smtp.transport.js';

const transportOf = (config: Config): MailTransport =>
  config.SMTP_HOST === undefined ? new FolderTransport(config) : new SmtpTransport(config);

/** Mail: see {@link Mailer}. */
@Global()
@Module({
  providers: [Mailer, MailDelivery, { provide: MAIL_TRANSPORT, inject: [Config], useFactory: transportOf }],
  exports: [Mailer],
})
export class MailModule {}
