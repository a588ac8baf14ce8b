import { Global, Inject, Module } from '@nestjs/common';
import { ConfigChanges } from '../config/config-changes.js';
import { Config } from '../config/config.js';
import { MailDelivery } from './mail-delivery.service.js';
import { Mailer } from './mailer.service.js';
import { FolderTransport } from './transports/folder.transport.js';
import { MAIL_TRANSPORT, type MailTransport } from './transports/mail-transport.js';
import { SmtpTransport } from './transports/smtp.transport.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';

/** How long it is believed that the mail server is there, in milliseconds: looking means to sign in. */
const FRESH_MS = 30_000;

const transportOf = (config: Config, changes: ConfigChanges): MailTransport =>
  config.SMTP_HOST === undefined ? new FolderTransport(config) : new SmtpTransport(config, changes);

/** Mail: see {@link Mailer}. */
@Global()
@Module({
  providers: [
    Mailer,
    MailDelivery,
    { provide: MAIL_TRANSPORT, inject: [Config, ConfigChanges], useFactory: transportOf },
  ],
  exports: [Mailer],
})
export class MailModule {
  constructor(modules: ModuleRegistry, config: Config, @Inject(MAIL_TRANSPORT) transport: MailTransport) {
    modules.register({
      key: 'mail',
      title: 'Mail',
      driver: config.SMTP_HOST === undefined ? 'folder' : 'smtp',
      needs: ['database', 'jobs'],
      freshMs: FRESH_MS,
      probe: async () => {
        await transport.check();
        return 'healthy';
      },
    });
  }
}
