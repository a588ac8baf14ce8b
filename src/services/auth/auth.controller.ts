import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import type { Account } from './account.js';
import { AuthService } from './auth.service.js';
import { ACCOUNT_SCHEMA, AccountDto } from './dto/account.dto.js';
import { SignedInDto, SignInDto } from './dto/sign-in.dto.js';
import { SignUpDto } from './dto/sign-up.dto.js';
import { UpdateAccountDto } from './dto/update-account.dto.js';
import { NoStore } from './no-store.decorator.js';
import { SessionCookies } from './sessions/session-cookies.js';
import type { SignedIn } from './sessions/session.js';

const KEY_PARAMETER = { name: 'key', description: '`_key` of the account.', example: 'ada@example.com' };

/** `/service/auth/v1`: accounts of the default collection. */
@ApiTags('accounts')
@ApiExtraModels(AccountDto)
@Controller('service/auth/v1')
@Access({ publishable: true })
@UseInterceptors(SessionCookies)
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('signup')
  @Access({ user: 'none', publishable: true })
  @NoStore()
  @ApiOperation({ operationId: 'signUp', summary: 'Make an account' })
  @ApiCreatedResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems(
    'validation_failed',
    'password_too_long',
    'document_refused',
    'key_taken',
    'database_unavailable',
  )
  signUp(@Body() body: SignUpDto, @CurrentCaller() caller: Caller): Promise<Account> {
    return this.auth.signUp(body, undefined, caller);
  }

  @Post('signin')
  @Access({ user: 'none', publishable: true })
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'signIn',
    summary: 'Sign in by password',
    description:
      'Opens a session: `token` is good for an hour, `refresh_token` gets the next one. Browsers get them as cookies as well. An unknown key, a wrong password, an account without one and a `query` that does not match have one answer.',
  })
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
  signIn(@Body() body: SignInDto, @CurrentCaller() caller: Caller): Promise<SignedIn> {
    return this.auth.signIn(body, undefined, caller);
  }

  @Get(':key')
  @NoStore()
  @ApiOperation({
    operationId: 'getAccount',
    summary: 'Get an account',
    description:
      'With a user token: its own account alone. Any other is 404, as is every account for a publishable key without a user token.',
  })
  @ApiParam(KEY_PARAMETER)
  @ApiOkResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems('not_found', 'database_unavailable')
  get(@Param('key') key: string, @CurrentCaller() caller: Caller): Promise<Account> {
    return this.auth.get(key, caller);
  }

  @Patch(':key')
  @NoStore()
  @ApiOperation({
    operationId: 'updateAccount',
    summary: 'Change an account',
    description:
      'Answers with the account as it is now. With a user token: its own account alone. `role`, `roles` and other fields that rules decide by need a secret key without a user token. A new password ends all sessions of the account.',
  })
  @ApiParam(KEY_PARAMETER)
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
    @Param('key') key: string,
    @Body() { document }: UpdateAccountDto,
    @CurrentCaller() caller: Caller,
  ): Promise<Account> {
    return this.auth.update(key, document, caller);
  }
}
