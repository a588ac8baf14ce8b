import { Body, Controller, HttpCode, HttpStatus, Post, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Config } from '../../../platform/config/config.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../../platform/security/caller.js';
import { SignedInDto } from '../dto/sign-in.dto.js';
import { NoStore } from '../no-store.decorator.js';
import { SessionCookies } from '../sessions/session-cookies.js';
import type { SignedIn } from '../sessions/session.js';
import { Codes, type CodeVerdict } from './codes.service.js';
import {
  CodeSentDto,
  CodeVerdictDto,
  GenerateCodeDto,
  MailedTokenDto,
  MailLinkDto,
  MailSentDto,
  VerifyCodeDto,
} from './dto/codes.dto.js';

/** Mailed codes and links. */
@ApiTags('codes')
@Controller('service/auth/v1')
@Access({ user: 'none', publishable: true })
@UseInterceptors(SessionCookies)
export class CodesController {
  constructor(
    private readonly codes: Codes,
    private readonly config: Config,
  ) {}

  @Post('passgen')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'generateCode',
    summary: 'Mail a code of six digits',
    description: 'The answer is the same whether there is such an account or not.',
  })
  @ApiOkResponse({ description: 'It is on its way', type: CodeSentDto })
  @ApiProblems('validation_failed', 'too_many_requests', 'database_unavailable')
  generate(@Body() body: GenerateCodeDto): Promise<CodeSentDto> {
    return this.codes.generate(body);
  }

  @Post('passver')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'verifyCode',
    summary: 'Check a mailed code, and sign in with it',
    description: 'A code is good once and for five tries. With `signin` a wrong one is 401.',
  })
  @ApiOkResponse({ description: 'Whether it was right', type: CodeVerdictDto })
  @ApiProblems(
    'validation_failed',
    'code_invalid',
    'mfa_required',
    'account_frozen',
    'too_many_requests',
    'database_unavailable',
  )
  verify(@Body() body: VerifyCodeDto, @CurrentCaller() caller: Caller): Promise<CodeVerdict> {
    return this.codes.verify(body, caller);
  }

  @Post('magic')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'sendMagicLink', summary: 'Mail a link that signs in' })
  @ApiOkResponse({ description: 'It is on its way', type: MailSentDto })
  @ApiProblems('validation_failed', 'redirect_refused', 'too_many_requests', 'database_unavailable')
  async sendLink(@Body() body: MailLinkDto): Promise<MailSentDto> {
    await this.codes.sendLink(body);
    return mailSent(this.config);
  }

  @Post('magic/verify')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'followMagicLink', summary: 'Sign in with the token of a mailed link' })
  @ApiOkResponse({ description: 'The tokens and the account', type: SignedInDto })
  @ApiProblems('validation_failed', 'code_invalid', 'mfa_required', 'account_frozen', 'database_unavailable')
  followLink(@Body() { token }: MailedTokenDto, @CurrentCaller() caller: Caller): Promise<SignedIn> {
    return this.codes.followLink(token, caller);
  }
}

/** The one answer to whoever asked for a mail. */
export const mailSent = (config: Config): MailSentDto => ({
  message: 'If there is such an account, a mail is on its way',
  expires_in: config.AUTH_CODE_LIFETIME,
});
