import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  UseInterceptors,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
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
import { DoneDto } from '../sessions/dto/sessions.dto.js';
import { SessionCookies } from '../sessions/session-cookies.js';
import type { SignedIn } from '../sessions/session.js';
import {
  ExchangeDto,
  IdentityListDto,
  OAuthAnswerDto,
  OAuthCallbackDto,
  OAuthLinkDto,
  OAuthStartDto,
  OAuthStartedDto,
} from './dto/oauth.dto.js';
import { Identities } from './identities.service.js';
import { OAuth, type OAuthAnswer } from './oauth.service.js';

const ANYBODY = { user: 'none', publishable: true } as const;
const OWN = { user: 'required', publishable: true, collection: ANY_COLLECTION } as const;

/** Sign-in by providers, for applications. */
@ApiTags('oauth')
@Controller('service/auth/v1')
@UseInterceptors(SessionCookies)
export class OAuthController {
  constructor(
    private readonly oauth: OAuth,
    private readonly identities: Identities,
  ) {}

  @Post('oauth')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'startOAuth', summary: 'Get the address where a provider asks its user' })
  @ApiOkResponse({ description: 'Where to send the browser', type: OAuthStartedDto })
  @ApiProblems('validation_failed', 'redirect_refused', 'not_found', 'provider_failed', 'service_unavailable')
  start(@Body() body: OAuthStartDto): Promise<OAuthStartedDto> {
    return this.oauth.start(body);
  }

  @Post('ocall')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'finishOAuth',
    summary: 'Find out who came back from a provider',
    description: 'With `signin` it also signs in, and makes the account when there is none.',
  })
  @ApiOkResponse({ description: 'Who it is', type: OAuthAnswerDto })
  @ApiProblems(
    'validation_failed',
    'oauth_state_invalid',
    'code_invalid',
    'mfa_required',
    'account_frozen',
    'not_found',
    'identity_conflict',
    'provider_failed',
    'service_unavailable',
    'database_unavailable',
  )
  callback(@Body() body: OAuthCallbackDto, @CurrentCaller() caller: Caller): Promise<OAuthAnswer> {
    return this.oauth.callback(body, caller);
  }

  @Post('oauth/exchange')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'exchangeOAuthCode',
    summary: 'Exchange the code of the browser flow for a session',
  })
  @ApiOkResponse({ description: 'The tokens and the account', type: SignedInDto })
  @ApiProblems('validation_failed', 'code_invalid', 'mfa_required', 'account_frozen', 'database_unavailable')
  exchange(@Body() { code }: ExchangeDto, @CurrentCaller() caller: Caller): Promise<SignedIn> {
    return this.oauth.exchange(code, caller);
  }

  @Get('identities')
  @Access(OWN)
  @NoStore()
  @ApiOperation({ operationId: 'listIdentities', summary: 'List the identities that the user signs in with' })
  @ApiOkResponse({ description: 'The oldest first', type: IdentityListDto })
  @ApiProblems('database_unavailable')
  async list(@CurrentUser() user: SessionClaims): Promise<IdentityListDto> {
    return { identities: await this.identities.list(user) };
  }

  @Post('identities')
  @Access(OWN)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'linkIdentity',
    summary: 'Link who came back from a provider to the user',
    description: 'The state comes from `POST /oauth`.',
  })
  @ApiOkResponse({ description: 'All identities of the user', type: IdentityListDto })
  @ApiProblems(
    'validation_failed',
    'oauth_state_invalid',
    'code_invalid',
    'csrf_token_invalid',
    'not_found',
    'identity_conflict',
    'provider_failed',
    'service_unavailable',
    'database_unavailable',
  )
  async link(
    @Body() body: OAuthLinkDto,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<IdentityListDto> {
    return { identities: await this.identities.link(user, body, caller) };
  }

  @Delete('identities/:provider')
  @Access(OWN)
  @NoStore()
  @ApiOperation({ operationId: 'unlinkIdentity', summary: 'Unlink the identities of the user at a provider' })
  @ApiParam({ name: 'provider', description: 'Name of the provider.', example: 'google' })
  @ApiOkResponse({ description: 'They are unlinked', type: DoneDto })
  @ApiProblems('csrf_token_invalid', 'not_found', 'conflict', 'database_unavailable')
  async unlink(
    @Param('provider') provider: string,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<DoneDto> {
    await this.identities.unlink(user, provider, caller);
    return { message: 'Unlinked' };
  }
}
