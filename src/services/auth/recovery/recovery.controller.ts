import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Config } from '../../../platform/config/config.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access, ANY_COLLECTION } from '../../../platform/security/access.decorator.js';
import {
  CurrentCaller,
  CurrentUser,
  type Caller,
  type SessionClaims,
} from '../../../platform/security/caller.js';
import type { Account } from '../account.js';
import { mailSent } from '../codes/codes.controller.js';
import { MailedTokenDto, MailLinkDto, MailSentDto } from '../codes/dto/codes.dto.js';
import { ACCOUNT_SCHEMA } from '../dto/account.dto.js';
import { NoStore } from '../no-store.decorator.js';
import { DoneDto } from '../sessions/dto/sessions.dto.js';
import { ChangeAddressDto, ResetPasswordDto, VerifyAddressDto } from './dto/recovery.dto.js';
import { Recovery } from './recovery.service.js';

const ANYBODY = { user: 'none', publishable: true } as const;
const OWN = { user: 'required', publishable: true, collection: ANY_COLLECTION } as const;

/** Forgotten passwords, and addresses for mail. */
@ApiTags('recovery')
@Controller('service/auth/v1')
export class RecoveryController {
  constructor(
    private readonly recovery: Recovery,
    private readonly config: Config,
  ) {}

  @Post('forgot')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'forgotPassword',
    summary: 'Mail a link to choose a new password',
    description: 'The answer is the same whether there is such an account or not.',
  })
  @ApiOkResponse({ description: 'It is on its way', type: MailSentDto })
  @ApiProblems('validation_failed', 'redirect_refused', 'too_many_requests', 'database_unavailable')
  async forgot(@Body() body: MailLinkDto, @CurrentCaller() caller: Caller): Promise<MailSentDto> {
    await this.recovery.forgot(body, caller);
    return mailSent(this.config);
  }

  @Post('reset')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Choose a new password with the mailed token',
    description: 'Ends all sessions of the account.',
  })
  @ApiOkResponse({ description: 'It is set', type: DoneDto })
  @ApiProblems('validation_failed', 'password_too_long', 'code_invalid', 'database_unavailable')
  async reset(@Body() body: ResetPasswordDto, @CurrentCaller() caller: Caller): Promise<DoneDto> {
    await this.recovery.reset(body.token, body._password, caller);
    return { message: 'The new password is set' };
  }

  @Post('verify')
  @Access(OWN)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'verifyAddress', summary: 'Mail a link to confirm the address of the user' })
  @ApiOkResponse({ description: 'It is on its way', type: MailSentDto })
  @ApiProblems(
    'validation_failed',
    'redirect_refused',
    'csrf_token_invalid',
    'too_many_requests',
    'database_unavailable',
  )
  async verify(
    @Body() { redirect }: VerifyAddressDto,
    @CurrentUser() user: SessionClaims,
  ): Promise<MailSentDto> {
    await this.recovery.verify(user, redirect);
    return mailSent(this.config);
  }

  @Post('email')
  @Access(OWN)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'changeAddress',
    summary: 'Mail a link to a new address',
    description: 'It becomes the address of the account when the link is followed. The `_key` stays.',
  })
  @ApiOkResponse({ description: 'It is on its way', type: MailSentDto })
  @ApiProblems(
    'validation_failed',
    'redirect_refused',
    'csrf_token_invalid',
    'too_many_requests',
    'database_unavailable',
  )
  async changeAddress(
    @Body() { email, redirect }: ChangeAddressDto,
    @CurrentUser() user: SessionClaims,
  ): Promise<MailSentDto> {
    await this.recovery.changeAddress(user, email, redirect);
    return mailSent(this.config);
  }

  @Post('verify/confirm')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'confirmAddress', summary: 'Confirm an address with the mailed token' })
  @ApiOkResponse({ description: 'The account as it is now', schema: ACCOUNT_SCHEMA })
  @ApiProblems('validation_failed', 'code_invalid', 'conflict', 'database_unavailable')
  confirm(@Body() { token }: MailedTokenDto, @CurrentCaller() caller: Caller): Promise<Account> {
    return this.recovery.confirm(token, caller);
  }
}
