import { Controller, Get, Param, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Public } from '../../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../../platform/security/caller.js';
import { NoStore } from '../no-store.decorator.js';
import { Redirects } from '../redirects.service.js';
import { BrowserFlowGuard } from './browser-flow.guard.js';
import { BrowserStates } from './browser-states.service.js';
import { OAuth } from './oauth.service.js';

type Request = FastifyRequest<{ Querystring: Record<string, unknown> }>;

/** The pages that browsers walk through; programs have no use for them, so that they stand in no SDK. */
@ApiExcludeController()
@Controller('service/auth/v1/oauth/:provider')
@Public('Browsers come by links, which carry no key; states are signed and bound to the browser')
export class BrowserFlowController {
  constructor(
    private readonly oauth: OAuth,
    private readonly states: BrowserStates,
    private readonly redirects: Redirects,
  ) {}

  /** `?redirect=…&project=…&collection=…`: off to the provider, by the guard. */
  @Get()
  @NoStore()
  @UseGuards(BrowserFlowGuard)
  start(): never {
    throw new CoglexError('bad_request', { detail: 'A browser begins without a code.' });
  }

  /** Back from the provider: on to the application, with a code for one session. */
  @Get('callback')
  @NoStore()
  @UseGuards(BrowserFlowGuard)
  async callback(
    @Param('provider') provider: string,
    @Req() request: Request,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { oauth } = request;
    const target = oauth
      ? await this.oauth.finish(oauth.profile, oauth.claims, caller)
      : this.redirects.with((await this.states.refused(request, provider)).redirect, {
          error: 'access_denied',
        });
    void reply.header('Cache-Control', 'no-store').redirect(target, 303);
  }
}
