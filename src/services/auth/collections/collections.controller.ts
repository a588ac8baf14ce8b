import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import {
  CurrentCaller,
  CurrentUser,
  type Caller,
  type SessionClaims,
} from '../../../platform/security/caller.js';
import type { Account } from '../account.js';
import { AuthService } from '../auth.service.js';
import { ACCOUNT_SCHEMA } from '../dto/account.dto.js';
import { SignedInDto, SignInDto } from '../dto/sign-in.dto.js';
import { SignUpDto } from '../dto/sign-up.dto.js';
import { UpdateAccountDto } from '../dto/update-account.dto.js';
import { NoStore } from '../no-store.decorator.js';
import { DoneDto, NoBodyDto } from '../sessions/dto/sessions.dto.js';
import { SessionCookies } from '../sessions/session-cookies.js';
import type { SignedIn } from '../sessions/session.js';
import { Sessions } from '../sessions/sessions.service.js';
import { UserCollectionPipe } from './user-collection.js';

const ANYBODY = { user: 'none', publishable: true } as const;
const ITS_USER = { user: 'required', publishable: true, collection: { parameter: 'collection' } } as const;

const Collection = () =>
  ApiParam({ name: 'collection', description: 'Collection that holds the accounts.', example: 'members' });

/** `/service/auth/v1` with the collection in the path, as Coglex 1.0 had it; several live side by side. */
@ApiTags('accounts of a collection')
@Controller('service/auth/v1')
@UseInterceptors(SessionCookies)
export class CollectionsController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: Sessions,
    private readonly cookies: SessionCookies,
  ) {}

  @Post('signup/:collection')
  @Access(ANYBODY)
  @NoStore()
  @ApiOperation({
    operationId: 'signUpIn',
    summary: 'Make an account in a collection',
    description:
      'The first account, which needs a secret key, makes it a collection of accounts and closes it to the storage service.',
  })
  @Collection()
  @ApiCreatedResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems(
    'validation_failed',
    'password_too_long',
    'document_refused',
    'not_found',
    'conflict',
    'key_taken',
    'database_unavailable',
  )
  signUp(
    @Param('collection', UserCollectionPipe) collection: string,
    @Body() body: SignUpDto,
    @CurrentCaller() caller: Caller,
  ): Promise<Account> {
    return this.auth.signUp(body, collection, caller);
  }

  @Post('signin/:collection')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'signInTo', summary: 'Sign in by password to a collection' })
  @Collection()
  @ApiOkResponse({ description: 'The tokens and the account', type: SignedInDto })
  @ApiProblems(
    'validation_failed',
    'query_refused',
    'conflict',
    'decryption_failed',
    'encryption_key_missing',
    'credentials_invalid',
    'mfa_required',
    'account_frozen',
    'too_many_requests',
    'database_unavailable',
  )
  signIn(
    @Param('collection', UserCollectionPipe) collection: string,
    @Body() body: SignInDto,
    @CurrentCaller() caller: Caller,
  ): Promise<SignedIn> {
    return this.auth.signIn(body, collection, caller);
  }

  @Get('session/:collection')
  @Access(ITS_USER)
  @NoStore()
  @ApiOperation({ operationId: 'getSessionUser', summary: 'Get the account of the user token' })
  @Collection()
  @ApiOkResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  session(
    @Param('collection', UserCollectionPipe) collection: string,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<Account> {
    return this.auth.get(user.key, caller, collection);
  }

  @Get('signout/:collection')
  @Access({ ...ITS_USER, action: 'write' })
  @NoStore()
  @ApiOperation({ operationId: 'signOutOfByLink', summary: 'End the session of a user of a collection' })
  @Collection()
  @ApiOkResponse({ description: 'It is over', type: DoneDto })
  @ApiProblems('validation_failed', 'database_unavailable')
  signOutByLink(
    @Param('collection', UserCollectionPipe) _collection: string,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoneDto> {
    return this.end(user, caller, reply);
  }

  @Post('signout/:collection')
  @Access(ITS_USER)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'signOutOf', summary: 'End the session of a user of a collection' })
  @Collection()
  @ApiOkResponse({ description: 'It is over', type: DoneDto })
  @ApiProblems('validation_failed', 'csrf_token_invalid', 'database_unavailable')
  signOut(
    @Param('collection', UserCollectionPipe) _collection: string,
    @Body() _body: NoBodyDto,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoneDto> {
    return this.end(user, caller, reply);
  }

  @Patch('refresh/:collection')
  @Access(ITS_USER)
  @NoStore()
  @ApiOperation({
    operationId: 'updateSessionUser',
    summary: 'Change the account of the user token',
    description: 'Takes and answers what `PATCH /:key` does.',
  })
  @Collection()
  @ApiOkResponse({ description: 'The account as it is now', schema: ACCOUNT_SCHEMA })
  @ApiProblems(
    'validation_failed',
    'password_too_long',
    'update_refused',
    'conflict',
    'decryption_failed',
    'encryption_key_missing',
    'csrf_token_invalid',
    'step_up_required',
    'not_found',
    'duplicate_key',
    'database_unavailable',
  )
  update(
    @Param('collection', UserCollectionPipe) collection: string,
    @Body() { document }: UpdateAccountDto,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<Account> {
    return this.auth.update(user.key, document, caller, collection);
  }

  private async end(user: SessionClaims, caller: Caller, reply: FastifyReply): Promise<DoneDto> {
    await this.sessions.signOut(user, caller);
    this.cookies.clear(reply);
    return { message: 'Signed out' };
  }
}
