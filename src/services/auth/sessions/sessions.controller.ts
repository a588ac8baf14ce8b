import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
import { DoneDto, RefreshDto, SessionListDto } from './dto/sessions.dto.js';
import { RefreshRequests } from './refresh-requests.service.js';
import { SessionCookies } from './session-cookies.js';
import type { SignedIn } from './session.js';
import { Sessions } from './sessions.service.js';

const OWN = { user: 'required', publishable: true, collection: ANY_COLLECTION } as const;

/** Sessions of users: refresh, sign-out, list. */
@ApiTags('sessions')
@Controller('service/auth/v1')
@UseInterceptors(SessionCookies)
export class SessionsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly requests: RefreshRequests,
    private readonly cookies: SessionCookies,
  ) {}

  @Post('token')
  @Access({ user: 'none', publishable: true })
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'refreshToken',
    summary: 'Exchange a refresh token for new tokens',
    description:
      'The refresh token is spent by it, and the answer holds the next one. Whoever sends a spent one ends the session: it is in two hands. Browsers send the cookie instead, with `X-CSRF-Token`.',
  })
  @ApiOkResponse({ description: 'The tokens and the account', type: SignedInDto })
  @ApiProblems('validation_failed', 'refresh_token_invalid', 'csrf_token_invalid', 'database_unavailable')
  async refresh(
    @Body() body: RefreshDto,
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
  ): Promise<SignedIn> {
    return this.sessions.refresh(this.requests.tokenOf(body, request), caller);
  }

  @Post('signout')
  @Access({ user: 'optional', publishable: true, collection: ANY_COLLECTION })
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'signOut',
    summary: 'End a session',
    description: 'That of the user token, or else that of the refresh token. Its tokens are refused at once.',
  })
  @ApiOkResponse({ description: 'It is over', type: DoneDto })
  @ApiProblems('validation_failed', 'refresh_token_invalid', 'csrf_token_invalid', 'database_unavailable')
  async signOut(
    @Body() body: RefreshDto,
    @Req() request: FastifyRequest,
    @CurrentUser() user: SessionClaims | undefined,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoneDto> {
    if (user) await this.sessions.signOut(user, caller);
    else await this.requests.end(body, request);
    this.cookies.clear(reply);
    return { message: 'Signed out' };
  }

  @Get('signout')
  @Access({ ...OWN, action: 'write' })
  @NoStore()
  @ApiOperation({ operationId: 'signOutByLink', summary: 'End the session of the user token' })
  @ApiOkResponse({ description: 'It is over', type: DoneDto })
  @ApiProblems('database_unavailable')
  async signOutByLink(
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoneDto> {
    await this.sessions.signOut(user, caller);
    this.cookies.clear(reply);
    return { message: 'Signed out' };
  }

  @Get('sessions')
  @Access(OWN)
  @NoStore()
  @ApiOperation({ operationId: 'listSessions', summary: 'List the sessions of the user' })
  @ApiOkResponse({ description: 'The last used first', type: SessionListDto })
  @ApiProblems('database_unavailable')
  async list(@CurrentUser() user: SessionClaims): Promise<SessionListDto> {
    return { sessions: await this.sessions.list(user) };
  }

  @Delete('sessions')
  @Access(OWN)
  @NoStore()
  @ApiOperation({
    operationId: 'endSessions',
    summary: 'Sign out everywhere',
    description: 'Ends every session of the user, the present one too.',
  })
  @ApiOkResponse({ description: 'All are over', type: DoneDto })
  @ApiProblems('csrf_token_invalid', 'not_found', 'database_unavailable')
  async endAll(
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoneDto> {
    await this.sessions.endAll(user, caller);
    this.cookies.clear(reply);
    return { message: 'Signed out everywhere' };
  }

  @Delete('sessions/:id')
  @Access(OWN)
  @NoStore()
  @ApiOperation({ operationId: 'endSession', summary: 'End one session of the user' })
  @ApiParam({ name: 'id', description: 'Id of the session.', example: '65f0c1d2e3a4b5c6d7e8f901' })
  @ApiOkResponse({ description: 'It is over', type: DoneDto })
  @ApiProblems('csrf_token_invalid', 'not_found', 'database_unavailable')
  async endOne(
    @Param('id') id: string,
    @CurrentUser() user: SessionClaims,
    @CurrentCaller() caller: Caller,
  ): Promise<DoneDto> {
    await this.sessions.endOwn(user, id, caller);
    return { message: 'The session is over' };
  }
}
