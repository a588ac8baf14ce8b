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
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
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
import { AddPasskeyDto, PasskeyDto, PasskeyListDto, PasskeySignInDto } from './dto/passkeys.dto.js';
import { Passkeys } from './passkeys.service.js';

const ANYBODY = { user: 'none', publishable: true } as const;
const OPTIONS = {
  schema: { type: 'object', additionalProperties: true, example: { challenge: 'YjNCaGNYVmw…' } },
} as const;

/** Passkeys: the bodies are those of `@simplewebauthn/browser`. */
@ApiTags('passkeys')
@Controller('service/auth/v1/passkeys')
@Access({ user: 'required', publishable: true, collection: ANY_COLLECTION })
@UseInterceptors(SessionCookies)
export class PasskeysController {
  constructor(private readonly passkeys: Passkeys) {}

  @Post('options')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'beginPasskey', summary: 'Get what a browser makes a passkey with' })
  @ApiOkResponse({ description: 'Options of `startRegistration()`', ...OPTIONS })
  @ApiProblems('validation_failed', 'csrf_token_invalid', 'database_unavailable')
  begin(@Body() _body: NoBodyDto, @CurrentUser() user: SessionClaims): Promise<object> {
    return this.passkeys.begin(user);
  }

  @Post()
  @NoStore()
  @ApiOperation({ operationId: 'addPasskey', summary: 'Keep the passkey that the browser made' })
  @ApiCreatedResponse({ description: 'The passkey', type: PasskeyDto })
  @ApiProblems(
    'validation_failed',
    'passkey_invalid',
    'csrf_token_invalid',
    'conflict',
    'database_unavailable',
  )
  add(
    @Body() { response, name = 'Passkey' }: AddPasskeyDto,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<PasskeyDto> {
    return this.passkeys.add(user, response, name, caller);
  }

  @Get()
  @NoStore()
  @ApiOperation({ operationId: 'listPasskeys', summary: 'List the passkeys of the user' })
  @ApiOkResponse({ description: 'The oldest first', type: PasskeyListDto })
  @ApiProblems('database_unavailable')
  async list(@CurrentUser() user: SessionClaims): Promise<PasskeyListDto> {
    return { passkeys: await this.passkeys.list(user) };
  }

  @Delete(':id')
  @NoStore()
  @ApiOperation({ operationId: 'removePasskey', summary: 'Take a passkey away, after a step-up' })
  @ApiParam({ name: 'id', description: 'Id of the passkey.', example: 'AQIDBAUGBwgJCgsMDQ4PEA' })
  @ApiOkResponse({ description: 'It is gone', type: DoneDto })
  @ApiProblems('csrf_token_invalid', 'step_up_required', 'not_found', 'database_unavailable')
  async remove(
    @Param('id') id: string,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<DoneDto> {
    await this.passkeys.remove(user, id, caller);
    return { message: 'The passkey is gone' };
  }

  @Post('signin/options')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'beginPasskeySignIn', summary: 'Get what a passkey signs to sign in' })
  @ApiOkResponse({ description: 'Options of `startAuthentication()`', ...OPTIONS })
  @ApiProblems('validation_failed', 'database_unavailable')
  beginSignIn(@Body() _body: NoBodyDto): Promise<object> {
    return this.passkeys.beginSignIn();
  }

  @Post('signin')
  @Access(ANYBODY)
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'signInByPasskey', summary: 'Sign in by passkey' })
  @ApiOkResponse({ description: 'The tokens and the account', type: SignedInDto })
  @ApiProblems('validation_failed', 'passkey_invalid', 'account_frozen', 'database_unavailable')
  signIn(@Body() { response }: PasskeySignInDto, @CurrentCaller() caller: Caller): Promise<SignedIn> {
    return this.passkeys.signIn(response, caller);
  }
}
