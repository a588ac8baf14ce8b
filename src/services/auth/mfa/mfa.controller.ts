import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Post, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access, ANY_COLLECTION } from '../../../platform/security/access.decorator.js';
import {
  CurrentCaller,
  CurrentUser,
  type Caller,
  type SessionClaims,
} from '../../../platform/security/caller.js';
import { SignedInDto } from '../dto/sign-in.dto.js';
import { NoStore } from '../no-store.decorator.js';
import { DoneDto, NoBodyDto } from '../sessions/dto/sessions.dto.js';
import { SessionCookies } from '../sessions/session-cookies.js';
import type { SignedIn } from '../sessions/session.js';
import {
  EnrolmentDto,
  MfaSignInDto,
  MfaStateDto,
  RecoveryCodesDto,
  StepUpDto,
  SteppedUpDto,
  TotpCodeDto,
} from './dto/mfa.dto.js';
import { Mfa } from './mfa.service.js';
import { StepUp } from './step-up.service.js';

/** The second factor. */
@ApiTags('second factor')
@Controller('service/auth/v1/mfa')
@Access({ user: 'required', publishable: true, collection: ANY_COLLECTION })
@UseInterceptors(SessionCookies)
export class MfaController {
  constructor(
    private readonly mfa: Mfa,
    private readonly stepUp: StepUp,
  ) {}

  @Get()
  @NoStore()
  @ApiOperation({ operationId: 'getMfa', summary: 'Tell whether the user has a second factor' })
  @ApiOkResponse({ description: 'What there is', type: MfaStateDto })
  @ApiProblems('not_found', 'database_unavailable')
  state(@CurrentUser() user: SessionClaims): Promise<MfaStateDto> {
    return this.mfa.state(user);
  }

  @Post('totp')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'enrolTotp', summary: 'Begin to set up an authenticator app' })
  @ApiOkResponse({ description: 'What the app is set up with', type: EnrolmentDto })
  @ApiProblems('validation_failed', 'csrf_token_invalid', 'not_found', 'conflict', 'database_unavailable')
  enrol(@Body() _body: NoBodyDto, @CurrentUser() user: SessionClaims): Promise<EnrolmentDto> {
    return this.mfa.enrol(user);
  }

  @Post('totp/confirm')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'confirmTotp',
    summary: 'Turn the second factor on with the first code of the app',
  })
  @ApiOkResponse({ description: 'Recovery codes, shown this once', type: RecoveryCodesDto })
  @ApiProblems(
    'validation_failed',
    'code_invalid',
    'csrf_token_invalid',
    'not_found',
    'conflict',
    'too_many_requests',
    'database_unavailable',
  )
  async confirm(
    @Body() { code }: TotpCodeDto,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<RecoveryCodesDto> {
    return { recovery_codes: await this.mfa.confirm(user, code, caller) };
  }

  @Delete('totp')
  @NoStore()
  @ApiOperation({ operationId: 'removeTotp', summary: 'Turn the second factor off, after a step-up' })
  @ApiOkResponse({ description: 'It is off', type: DoneDto })
  @ApiProblems('csrf_token_invalid', 'step_up_required', 'database_unavailable')
  async remove(@CurrentUser() user: SessionClaims, @CurrentCaller() caller: Caller): Promise<DoneDto> {
    await this.mfa.remove(user, caller);
    return { message: 'The second factor is off' };
  }

  @Post('recovery-codes')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'renewRecoveryCodes', summary: 'Make new recovery codes, after a step-up' })
  @ApiOkResponse({ description: 'They are shown this once', type: RecoveryCodesDto })
  @ApiProblems(
    'validation_failed',
    'csrf_token_invalid',
    'step_up_required',
    'conflict',
    'database_unavailable',
  )
  async renew(
    @Body() _body: NoBodyDto,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<RecoveryCodesDto> {
    return { recovery_codes: await this.mfa.renewCodes(user, caller) };
  }

  @Post('step-up')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'stepUp',
    summary: 'Show once more who one is, for ten minutes',
    description: 'With a code where there is a second factor, with the password where there is none.',
  })
  @ApiOkResponse({ description: 'The session is raised', type: SteppedUpDto })
  @ApiProblems(
    'validation_failed',
    'code_invalid',
    'csrf_token_invalid',
    'too_many_requests',
    'database_unavailable',
  )
  async raise(
    @Body() body: StepUpDto,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<SteppedUpDto> {
    return { elevated_until: await this.stepUp.raise(user, body, caller) };
  }

  @Post('verify')
  @Access({ user: 'none', publishable: true })
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'verifyMfa', summary: 'Finish a sign-in that asked for a second factor' })
  @ApiOkResponse({ description: 'The tokens and the account', type: SignedInDto })
  @ApiProblems(
    'validation_failed',
    'code_invalid',
    'account_frozen',
    'too_many_requests',
    'database_unavailable',
  )
  verify(@Body() { ticket, code }: MfaSignInDto, @CurrentCaller() caller: Caller): Promise<SignedIn> {
    return this.mfa.finish(ticket, code, caller);
  }
}
