import { Mailer } from '../../src/platform/mail/mailer.service.js';
import { MailServer } from '../support/mail-server.js';
import { Outbox } from '../support/outbox.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const LETTER = {
  subject: 'Grüße',
  paragraphs: ['Hello,', 'this is all.'],
  link: { label: 'Open', href: 'https://app.example.com/?token=a.b' },
};

describe('mail', () => {
  it('is written to files where there is no mail server', async () => {
    const app = await TestApp.start();
    try {
      const outbox = new Outbox(app);
      await app.nest.get(Mailer).send('ada@example.com', LETTER);
      const mail = await outbox.next('ada@example.com');
      expect(mail.subject).toBe(LETTER.subject);
      expect(mail.text).toContain('this is all.');
      expect(mail.html).toContain('href="https://app.example.com/?token=a.b"');
      expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
      await until(async () => (await app.db.collection('_MAIL').countDocuments()) === 0);
    } finally {
      await app.stop();
    }
  });

  it('goes through SMTP with the user and the sender of the settings', async () => {
    const server = await MailServer.start();
    const env = {
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(server.port),
      SMTP_USER: 'coglex',
      SMTP_PASSWORD: 'open sesame',
      SMTP_SENDER: 'Moon <moon@example.com>',
    };
    const app = await TestApp.start({ env });
    try {
      // An address that would be several, were it read as syntax.
      await app.nest.get(Mailer).send('ada@example.com', LETTER);
      await until(() => server.mails.length === 1);
      expect(server.mails[0].from?.text).toContain('moon@example.com');
      expect(server.logins).toEqual(['coglex:open sesame']);
    } finally {
      await app.stop();
      await server.stop();
    }
  });

  it('waits in the database, sealed, while the server is away, full or gone again', async () => {
    const first = await MailServer.start();
    const { port } = first;
    await first.stop();
    const env = { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port), MAIL_RETRY: '1' };
    const app = await TestApp.start({ env });
    let second: MailServer | undefined;
    try {
      await app.nest.get(Mailer).send('ada@example.com', LETTER);
      const stored = () => app.db.collection('_MAIL').findOne({});
      await until(async () => (await stored())?.problem !== undefined);
      expect(JSON.stringify(await stored())).not.toMatch(/token=|this is all/);
      second = await MailServer.start(port);
      second.busy = true;
      await until(async () => /451|later/i.test(String((await stored())?.problem)));
      second.busy = false;
      await until(() => second?.mails.length === 1);
      await until(async () => (await app.db.collection('_MAIL').countDocuments()) === 0);
      expect(second.mails).toHaveLength(1);
    } finally {
      await app.stop();
      await second?.stop();
    }
  });

  it('to nobody does the same work and goes nowhere', async () => {
    const app = await TestApp.start();
    try {
      const outbox = new Outbox(app);
      await app.nest.get(Mailer).send(undefined, LETTER);
      await app.nest.get(Mailer).send('ada@example.com', LETTER);
      await outbox.next('ada@example.com');
      expect(await outbox.count()).toBe(1);
    } finally {
      await app.stop();
    }
  });
});
