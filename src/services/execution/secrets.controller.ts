import { Body, Controller, Delete, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { DeletedCountDto } from './dto/function.dto.js';
import { PutSecretDto, SecretDto } from './dto/secret.dto.js';
import { Secrets } from './secrets/secrets.service.js';

const ApiName = () => ApiParam({ name: 'name', description: 'Name of the secret', example: 'API_TOKEN' });

@ApiTags('execution')
@Access()
@Controller('service/execution/v1/secrets')
export class SecretsController {
  constructor(private readonly secrets: Secrets) {}

  @Put(':name')
  @ApiOperation({
    operationId: 'putSecret',
    summary: 'Store a secret for functions',
    description: 'It is stored encrypted, and given to functions that are granted it, but to no caller.',
  })
  @ApiName()
  @ApiOkResponse({ type: SecretDto })
  @ApiProblems('validation_failed', 'unprocessable', 'database_unavailable')
  async put(@Param('name') name: string, @Body() { value }: PutSecretDto): Promise<SecretDto> {
    await this.secrets.put(name, value);
    return { name };
  }

  @Delete(':name')
  @ApiOperation({ operationId: 'deleteSecret', summary: 'Delete a secret' })
  @ApiName()
  @ApiOkResponse({ type: DeletedCountDto })
  @ApiProblems('not_found', 'database_unavailable')
  async delete(@Param('name') name: string): Promise<DeletedCountDto> {
    await this.secrets.delete(name);
    return { deleted: 1 };
  }
}
