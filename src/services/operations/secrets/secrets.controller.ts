import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ConfigSources } from '../../../platform/config/config-sources.js';
import type { Config } from '../../../platform/config/config.js';
import { settings } from '../../../platform/config/setting.decorator.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { SecretsReload } from '../../../platform/secrets/secrets-reload.service.js';
import { Access } from '../../../platform/security/access.decorator.js';
import { callerOf } from '../../../platform/security/caller.js';
import { ReloadedDto, SecretSettingsDto } from './secrets.dto.js';

/** `/service/operations/v1/secrets`: where secrets come from, and whether they are up to date. */
@ApiTags('operations')
@Controller('service/operations/v1/secrets')
@Access({ user: 'none', root: true })
export class SecretsController {
  constructor(
    private readonly sources: ConfigSources,
    private readonly secrets: SecretsReload,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listSecretSettings',
    summary: 'Where secret settings come from',
    description: 'Of the instance that answers. It shows no value.',
  })
  @ApiOkResponse({ description: 'The settings', type: SecretSettingsDto })
  @ApiProblems()
  list(): SecretSettingsDto {
    const { live } = this.sources;
    const waiting = new Set(live.awaitingRestart);
    const secret = [...settings()].filter(([, info]) => info.secret);
    return {
      settings: secret.map(([name, info]) => ({
        name,
        is_set: isSet(live.config[name as keyof Config]),
        source: live.origin(name),
        live: info.live ?? false,
        awaits_restart: waiting.has(name),
      })),
      refused: live.refused,
    };
  }

  @Post('reload')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'reloadSecrets',
    summary: 'Read secret files and Vault now',
    description:
      'They are read by themselves every few seconds. Other instances that share Redis are told to look as well; the answer is of this one.',
  })
  @ApiOkResponse({ description: 'What was new', type: ReloadedDto })
  @ApiProblems()
  async reload(@Req() request: FastifyRequest): Promise<ReloadedDto> {
    const { changed, restart, refused } = await this.secrets.reload(callerOf(request));
    return { changed, restart, refused };
  }
}

const isSet = (value: unknown) => (Array.isArray(value) ? value.length > 0 : value !== undefined);
