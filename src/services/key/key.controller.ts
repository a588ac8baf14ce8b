import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentKey, type KeyClaims } from '../../platform/security/caller.js';
import { CreateKeyDto } from './dto/create-key.dto.js';
import { KeyDto, NewKeyDto, RevokedKeyDto } from './dto/key.dto.js';
import { ListKeysDto, RevokeKeyDto, RotateKeyDto, ValidateKeyDto } from './dto/use-key.dto.js';
import { ValidatedKeyDto } from './dto/validated-key.dto.js';
import { KeysService } from './keys.service.js';

const NoStore = () => Header('Cache-Control', 'no-store');
const ApiKeyId = () => ApiParam({ name: 'id', example: '65f0c1d2e3a4b5c6d7e8f901' });
const CREATION = ['validation_failed', 'not_found', 'conflict', 'database_unavailable'] as const;

/** `/service/key/v1`: API keys of the project. */
@ApiTags('keys')
@Controller('service/key/v1')
@Access({ user: 'none' })
export class KeyController {
  constructor(private readonly keys: KeysService) {}

  @Post()
  @NoStore()
  @ApiOperation({
    operationId: 'createKey',
    summary: 'Make a key',
    description: 'The text of the key is shown this once. No key makes one that may do more than itself.',
  })
  @ApiCreatedResponse({ description: 'The key, with its text', type: NewKeyDto })
  @ApiProblems(...CREATION)
  create(@Body() body: CreateKeyDto, @CurrentKey() maker: KeyClaims): Promise<NewKeyDto> {
    return this.keys.create(maker, body);
  }

  @Post('generate')
  @NoStore()
  @ApiOperation({ operationId: 'generateKey', summary: 'Make a key: another name of `POST /`' })
  @ApiCreatedResponse({ description: 'The key, with its text', type: NewKeyDto })
  @ApiProblems(...CREATION)
  generate(@Body() body: CreateKeyDto, @CurrentKey() maker: KeyClaims): Promise<NewKeyDto> {
    return this.keys.create(maker, body);
  }

  @Post('validate')
  @Access({ user: 'none', action: 'read' })
  @HttpCode(200)
  @NoStore()
  @ApiOperation({
    operationId: 'validateKey',
    summary: 'Find out whether a key is good',
    description:
      'A key of another project is not, unless the root key asks. Does not count as a use of the key.',
  })
  @ApiOkResponse({ description: 'Whether it is, and what is known of it', type: ValidatedKeyDto })
  @ApiProblems('validation_failed', 'database_unavailable')
  validate(@Body() { key }: ValidateKeyDto, @CurrentKey() asker: KeyClaims): Promise<ValidatedKeyDto> {
    return this.keys.validate(asker, key);
  }

  @Get()
  @NoStore()
  @ApiOperation({
    operationId: 'listKeys',
    summary: 'List the keys of the project',
    description: 'The oldest first, without those of further scopes. For the root key: of all projects.',
  })
  @ApiOkResponse({ description: 'The keys, without their texts', type: [KeyDto] })
  @ApiProblems('validation_failed', 'database_unavailable')
  list(@Query() page: ListKeysDto, @CurrentKey() asker: KeyClaims): Promise<KeyDto[]> {
    return this.keys.list(asker, page);
  }

  @Get('list')
  @NoStore()
  @ApiOperation({
    operationId: 'listAllKeys',
    summary: 'List the keys of the project: another name of `GET /`',
  })
  @ApiOkResponse({ description: 'The keys, without their texts', type: [KeyDto] })
  @ApiProblems('validation_failed', 'database_unavailable')
  listAll(@Query() page: ListKeysDto, @CurrentKey() asker: KeyClaims): Promise<KeyDto[]> {
    return this.keys.list(asker, page);
  }

  @Post('revoke')
  @HttpCode(200)
  @ApiOperation({ operationId: 'revokeKeyByBody', summary: 'Revoke a key by its id or by its text' })
  @ApiOkResponse({ description: 'The key is revoked', type: RevokedKeyDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  revokeByBody(@Body() { id, key }: RevokeKeyDto, @CurrentKey() asker: KeyClaims): Promise<RevokedKeyDto> {
    return id === undefined ? this.keys.revokeText(asker, key ?? '') : this.keys.revoke(asker, id);
  }

  @Delete(':id')
  @ApiOperation({
    operationId: 'revokeKey',
    summary: 'Revoke a key',
    description: 'It is refused at once by this server, and by all others within a second.',
  })
  @ApiKeyId()
  @ApiOkResponse({ description: 'The key is revoked', type: RevokedKeyDto })
  @ApiProblems('not_found', 'database_unavailable')
  revoke(@Param('id') id: string, @CurrentKey() asker: KeyClaims): Promise<RevokedKeyDto> {
    return this.keys.revoke(asker, id);
  }

  @Post(':id/rotate')
  @NoStore()
  @ApiOperation({
    operationId: 'rotateKey',
    summary: 'Give a key a new text',
    description:
      'Everything else stays as it is, the id included. The old text stays good for the time of grace.',
  })
  @ApiKeyId()
  @ApiCreatedResponse({ description: 'The key, with its new text', type: NewKeyDto })
  @ApiProblems('validation_failed', 'not_found', 'conflict', 'database_unavailable')
  rotate(
    @Param('id') id: string,
    @Body() { grace }: RotateKeyDto,
    @CurrentKey() asker: KeyClaims,
  ): Promise<NewKeyDto> {
    return this.keys.rotate(asker, id, grace);
  }
}
