import { Module } from '@nestjs/common';
import { AuthModule } from '../../../../src/services/auth/index.js';
import { NotesController } from './notes.controller.js';

/** Notes behind a passphrase, passed on by a link. */
@Module({ imports: [AuthModule], controllers: [NotesController] })
export class NotesModule {}
