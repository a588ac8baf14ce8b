import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Database } from '../database/database.service.js';
import { expiresAt, Indexes } from '../database/indexes.service.js';
import { Jobs } from '../jobs/jobs.service.js';
import { currentRequestId } from '../logging/request-scope.js';
import { SealedBox } from '../security/sealed-box.service.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { Projects } from '../tenancy/projects.service.js';
import { renderLetter, type Letter } from './letter.js';
import { DELIVERY_JOB, LETTER, MAIL, type StoredMail } from './stored-mail.js';

/** How long a mail is kept that could not be delivered, in milliseconds. */
const KEPT_MS = 7 * 86_400_000;

/** How a project is called that has no name. */
const NO_NAME = 'Coglex';

/** Sends mail: into a persisted outbox first, so that no mail server can fail or slow a request. */
@Injectable()
export class Mailer {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly box: SealedBox,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
    private readonly jobs: Jobs,
  ) {}

  /**
   * Puts a letter into the outbox; it is on its way when this returns.
   *
   * @param to address; `undefined` does the same work and sends nothing, so that the time of an answer does not tell
   * whether there was somebody to write to
   */
  async send(to: string | undefined, letter: Letter): Promise<void> {
    const { project } = this.context;
    const name = (await this.projects.find(project))?.name ?? NO_NAME;
    const now = new Date();
    const request = currentRequestId();
    const mail: StoredMail = {
      _id: new mongo.ObjectId().toHexString(),
      project,
      ...(request === undefined ? {} : { request }),
      letter: this.box.seal(LETTER, JSON.stringify(renderLetter(letter, name))),
      tries: 0,
      ...(to === undefined ? {} : { to, due: now }),
      _inserted: now,
      expires: new Date(now.getTime() + (to === undefined ? 0 : KEPT_MS)),
    };
    const outbox = this.database.system<StoredMail>(MAIL);
    await this.indexes.ensure(outbox, [{ key: { due: 1 }, sparse: true }, expiresAt('expires')]);
    await outbox.insertOne(mail);
    this.jobs.wake(DELIVERY_JOB);
  }
}
