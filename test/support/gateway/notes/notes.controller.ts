import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Database } from '../../../../src/platform/database/database.service.js';
import { CoglexError } from '../../../../src/platform/errors/coglex-error.js';
import { ApiProblems } from '../../../../src/platform/openapi/api-problems.decorator.js';
import { Access, Public } from '../../../../src/platform/security/access.decorator.js';
import { CurrentUser, type CurrentUserClaims } from '../../../../src/platform/security/caller.js';
import { Passwords } from '../../../../src/platform/security/passwords.service.js';
import { Tokens } from '../../../../src/platform/security/tokens.service.js';
import { AuthService, SignedInDto, SignInDto } from '../../../../src/services/auth/index.js';
import { CountDto, LinkDto, NoteDto, OpenNoteDto, WriteNoteDto } from './notes.dto.js';

interface Note {
  _id: string;
  author: string;
  text: string;
  /** Hash of the passphrase. */
  passphrase: string;
}

/** Users of their own, beside those of the product. A name with `_` is closed to the storage service. */
const AUDITORS = '_AUDITORS';

/** Sent by the job that empties the notes at night; a setting is `(config) => config.NAME`. */
const CLEANER_KEY = 'the-cleaner-of-the-notes-and-nobody-else';

const LINK = { purpose: 'note-link' };

@ApiTags('notes')
@Controller('gateway/notes')
export class NotesController {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly tokens: Tokens,
    private readonly auth: AuthService,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(NotesController.name);
  }

  @Post()
  @Access({ user: 'required' })
  @ApiOperation({
    operationId: 'writeNote',
    summary: 'Write a note; the answer is a link that lives for a day',
  })
  @ApiCreatedResponse({ type: LinkDto })
  @ApiProblems('validation_failed')
  async write(
    @Body() { text, passphrase }: WriteNoteDto,
    @CurrentUser() user: CurrentUserClaims,
  ): Promise<LinkDto> {
    const _id = new mongo.ObjectId().toHexString();
    const hash = await this.passwords.hash(passphrase, '/passphrase');
    await this.notes().insertOne({ _id, author: user.key, text, passphrase: hash });
    this.logger.info({ note: _id }, 'A note was written');
    return { link: await this.tokens.sign({ note: _id }, { ...LINK, expiresIn: 86_400 }) };
  }

  @Post('open/:link')
  @HttpCode(200)
  @Public('The link is signed, and the passphrase is asked for')
  @ApiOperation({ operationId: 'openNote', summary: 'Read a note' })
  @ApiOkResponse({ type: NoteDto })
  @ApiProblems('validation_failed', 'not_found')
  async open(@Param('link') link: string, @Body() { passphrase }: OpenNoteDto): Promise<NoteDto> {
    const claims = await this.tokens.verify<{ note: string }>(link, LINK);
    const note = claims && (await this.notes().findOne({ _id: claims.note }));
    const opens = await this.passwords.check(passphrase, note?.passphrase);
    if (!note || !opens)
      throw new CoglexError('not_found', { detail: 'The link or the passphrase is wrong.' });
    return { author: note.author, text: note.text };
  }

  @Post('auditors/signin')
  @HttpCode(200)
  @Access({ user: 'none' })
  @ApiOperation({ operationId: 'signInAuditor', summary: 'Sign in as an auditor' })
  @ApiOkResponse({ type: SignedInDto })
  @ApiProblems('validation_failed', 'credentials_invalid')
  signIn(@Body() credentials: SignInDto): Promise<SignedInDto> {
    return this.auth.signIn(credentials, AUDITORS);
  }

  @Get('count')
  @Access({ key: false, user: 'required', collection: AUDITORS })
  @ApiOperation({ operationId: 'countNotes', summary: 'How many notes there are' })
  @ApiOkResponse({ type: CountDto })
  async count(): Promise<CountDto> {
    return { notes: await this.notes().countDocuments() };
  }

  @Delete()
  @Access({ key: { secret: CLEANER_KEY }, user: 'none' })
  @ApiOperation({ operationId: 'deleteNotes', summary: 'Throw all notes away' })
  @ApiOkResponse({ type: CountDto })
  async clean(): Promise<CountDto> {
    const { deletedCount: notes } = await this.notes().deleteMany({});
    this.logger.info({ notes }, 'The notes were thrown away');
    return { notes };
  }

  private notes() {
    return this.database.collection<Note>('_NOTES');
  }
}
