import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
  getSchemaPath,
  ApiExtraModels,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import { ClientSignal } from './client-signal.decorator.js';
import {
  DeletedCountDto,
  FunctionDto,
  FunctionSummaryDto,
  FunctionVersionDto,
  PutFunctionDto,
  RollbackDto,
} from './dto/function.dto.js';
import { OutcomeDto } from './dto/outcome.dto.js';
import { BegunRunDto, InvokeDto, InvokeParametersDto } from './dto/run.dto.js';
import { Functions } from './functions/functions.service.js';
import { Invocations } from './runs/invocations.service.js';

const ApiName = () => ApiParam({ name: 'name', description: 'Name of the function', example: 'add' });
const WRITES = [
  'validation_failed',
  'not_found',
  'conflict',
  'unprocessable',
  'database_unavailable',
] as const;

@ApiTags('execution')
@Access()
@ApiExtraModels(OutcomeDto, BegunRunDto)
@Controller('service/execution/v1/functions')
export class FunctionsController {
  constructor(
    private readonly functions: Functions,
    private readonly invocations: Invocations,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listFunctions', summary: 'The functions of the project, without their code' })
  @ApiOkResponse({ type: [FunctionSummaryDto] })
  @ApiProblems('database_unavailable')
  list(): Promise<FunctionSummaryDto[]> {
    return this.functions.list();
  }

  @Put(':name')
  @ApiOperation({
    operationId: 'putFunction',
    summary: 'Store a function, as a new version where there is one',
    description: 'A function may do nothing but compute, save for what its `grants` name.',
  })
  @ApiName()
  @ApiOkResponse({ type: FunctionDto })
  @ApiProblems(...WRITES)
  put(@Param('name') name: string, @Body() body: PutFunctionDto): Promise<FunctionDto> {
    return this.functions.put(name, body);
  }

  @Get(':name')
  @ApiOperation({ operationId: 'getFunction', summary: 'A function with its code' })
  @ApiName()
  @ApiOkResponse({ type: FunctionDto })
  @ApiProblems('not_found', 'database_unavailable')
  get(@Param('name') name: string): Promise<FunctionDto> {
    return this.functions.get(name);
  }

  @Delete(':name')
  @ApiOperation({ operationId: 'deleteFunction', summary: 'Delete a function with its versions and times' })
  @ApiName()
  @ApiOkResponse({ type: DeletedCountDto })
  @ApiProblems('not_found', 'database_unavailable')
  async delete(@Param('name') name: string): Promise<DeletedCountDto> {
    await this.functions.delete(name);
    return { deleted: 1 };
  }

  @Get(':name/versions')
  @ApiOperation({ operationId: 'listFunctionVersions', summary: 'The last 20 versions, the newest first' })
  @ApiName()
  @ApiOkResponse({ type: [FunctionVersionDto] })
  @ApiProblems('not_found', 'database_unavailable')
  versions(@Param('name') name: string): Promise<FunctionVersionDto[]> {
    return this.functions.versions(name);
  }

  @Post(':name/rollback')
  @HttpCode(200)
  @ApiOperation({ operationId: 'rollBackFunction', summary: 'Make an old version the newest' })
  @ApiName()
  @ApiOkResponse({ type: FunctionDto })
  @ApiProblems(...WRITES)
  rollback(@Param('name') name: string, @Body() { version }: RollbackDto): Promise<FunctionDto> {
    return this.functions.rollback(name, version);
  }

  @Post(':name/invoke')
  @HttpCode(200)
  @Access({ publishable: true })
  @ApiOperation({
    operationId: 'invokeFunction',
    summary: 'Invoke a function, and wait for it unless async is true',
    description:
      'With `async=true` the answer is 202 with the `id` of a run. What a function printed is shown to secret keys alone.',
  })
  @ApiName()
  @ApiResponse({
    status: '2XX',
    description: 'What the function gave (200), or the run that was begun (202)',
    schema: { oneOf: [{ $ref: getSchemaPath(OutcomeDto) }, { $ref: getSchemaPath(BegunRunDto) }] },
  })
  @ApiProblems(
    'validation_failed',
    'not_found',
    'too_many_requests',
    'service_unavailable',
    'database_unavailable',
  )
  async invoke(
    @Param('name') name: string,
    @Query() { async: later }: InvokeParametersDto,
    @Body() { parameters = {} }: InvokeDto,
    @CurrentCaller() caller: Caller,
    @ClientSignal() signal: AbortSignal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OutcomeDto | BegunRunDto> {
    if (!later) return this.invocations.invoke(name, parameters, caller, signal);
    const id = await this.invocations.enqueue(name, parameters, caller);
    void reply.status(202);
    return { id };
  }
}
