import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../../platform/security/caller.js';
import type { Account } from '../account.js';
import { AuthService } from '../auth.service.js';
import { ACCOUNT_SCHEMA } from '../dto/account.dto.js';
import { NoStore } from '../no-store.decorator.js';
import { DoneDto, NoBodyDto } from '../sessions/dto/sessions.dto.js';
import {
  CollectionParameterDto,
  CreateUserDto,
  ImportResultDto,
  ImportUsersDto,
  ListUsersDto,
  RolesDto,
  UserExportDto,
  UserListDto,
} from './dto/users.dto.js';
import { UserImport } from './user-import.service.js';
import { Users } from './users.service.js';

const Id = () =>
  ApiParam({ name: 'id', description: '`_id` of the account.', example: '65f0c1d2e3a4b5c6d7e8f901' });

/** Accounts as operators see them: for secret keys alone. */
@ApiTags('operators')
@Controller('service/auth/v1/users')
@Access({ user: 'none' })
export class UsersController {
  constructor(
    private readonly users: Users,
    private readonly imports: UserImport,
    private readonly auth: AuthService,
  ) {}

  @Get()
  @NoStore()
  @ApiOperation({ operationId: 'listUsers', summary: 'List and search accounts' })
  @ApiOkResponse({ description: 'One page', type: UserListDto })
  @ApiProblems(
    'validation_failed',
    'malformed_json',
    'nested_too_deep',
    'forbidden_key',
    'query_refused',
    'conflict',
    'decryption_failed',
    'encryption_key_missing',
    'not_found',
    'database_unavailable',
  )
  list(@Query() query: ListUsersDto): Promise<{ users: Account[]; total: number }> {
    return this.users.list(query);
  }

  @Post()
  @NoStore()
  @ApiOperation({ operationId: 'createUser', summary: 'Make an account for somebody' })
  @ApiCreatedResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems(
    'validation_failed',
    'password_too_long',
    'document_refused',
    'not_found',
    'conflict',
    'key_taken',
    'database_unavailable',
  )
  create(
    @Body() { collection, ...account }: CreateUserDto,
    @CurrentCaller() caller: Caller,
  ): Promise<Account> {
    return this.auth.signUp(account, collection, caller);
  }

  @Post('import')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'importUsers',
    summary: 'Take accounts over with their bcrypt hashes',
    description: 'Accounts that are there already are left alone, so that it can be repeated.',
  })
  @ApiOkResponse({ description: 'What became of each', type: ImportResultDto })
  @ApiProblems('validation_failed', 'not_found', 'conflict', 'database_unavailable')
  import(
    @Body() { users, collection }: ImportUsersDto,
    @CurrentCaller() caller: Caller,
  ): Promise<ImportResultDto> {
    return this.imports.import(users, collection, caller);
  }

  @Get(':id')
  @NoStore()
  @ApiOperation({ operationId: 'getUser', summary: 'Get an account by its id' })
  @Id()
  @ApiOkResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  get(@Param('id') id: string, @Query() { collection }: CollectionParameterDto): Promise<Account> {
    return this.users.get(id, collection);
  }

  @Delete(':id')
  @NoStore()
  @ApiOperation({
    operationId: 'deleteUser',
    summary: 'Delete an account and all that belongs to it',
    description: 'Its tokens are refused at once. The audit trail stays.',
  })
  @Id()
  @ApiOkResponse({ description: 'It is gone', type: DoneDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  async delete(
    @Param('id') id: string,
    @Query() { collection }: CollectionParameterDto,
    @CurrentCaller() caller: Caller,
  ): Promise<DoneDto> {
    await this.users.delete(id, collection, false, caller);
    return { message: 'Deleted' };
  }

  @Post(':id/erase')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({
    operationId: 'eraseUser',
    summary: 'Delete an account, and forget whom the audit trail was about',
  })
  @Id()
  @ApiOkResponse({ description: 'Nothing is left', type: DoneDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  async erase(
    @Param('id') id: string,
    @Query() { collection }: CollectionParameterDto,
    @Body() _body: NoBodyDto,
    @CurrentCaller() caller: Caller,
  ): Promise<DoneDto> {
    await this.users.delete(id, collection, true, caller);
    return { message: 'Erased' };
  }

  @Get(':id/export')
  @NoStore()
  @ApiOperation({ operationId: 'exportUser', summary: 'Get everything that is kept of a user' })
  @Id()
  @ApiOkResponse({ description: 'All but secrets', type: UserExportDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  export(
    @Param('id') id: string,
    @Query() { collection }: CollectionParameterDto,
    @CurrentCaller() caller: Caller,
  ): Promise<Record<string, unknown>> {
    return this.users.export(id, collection, caller);
  }

  @Post(':id/freeze')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'freezeUser', summary: 'Keep a user out, at once' })
  @Id()
  @ApiOkResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  freeze(
    @Param('id') id: string,
    @Query() { collection }: CollectionParameterDto,
    @Body() _body: NoBodyDto,
    @CurrentCaller() caller: Caller,
  ): Promise<Account> {
    return this.users.freeze(id, collection, caller);
  }

  @Post(':id/unfreeze')
  @HttpCode(HttpStatus.OK)
  @NoStore()
  @ApiOperation({ operationId: 'unfreezeUser', summary: 'Let a user in again' })
  @Id()
  @ApiOkResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  unfreeze(
    @Param('id') id: string,
    @Query() { collection }: CollectionParameterDto,
    @Body() _body: NoBodyDto,
    @CurrentCaller() caller: Caller,
  ): Promise<Account> {
    return this.users.unfreeze(id, collection, caller);
  }

  @Patch(':id/roles')
  @NoStore()
  @ApiOperation({ operationId: 'setUserRoles', summary: 'Set the role and the roles of a user' })
  @Id()
  @ApiOkResponse({ description: 'The account', schema: ACCOUNT_SCHEMA })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  setRoles(
    @Param('id') id: string,
    @Query() { collection }: CollectionParameterDto,
    @Body() body: RolesDto,
    @CurrentCaller() caller: Caller,
  ): Promise<Account> {
    return this.users.setRoles(id, collection, body, caller);
  }

  @Delete(':id/sessions')
  @NoStore()
  @ApiOperation({ operationId: 'endUserSessions', summary: 'Sign a user out everywhere' })
  @Id()
  @ApiOkResponse({ description: 'All sessions are over', type: DoneDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  async endSessions(
    @Param('id') id: string,
    @Query() { collection }: CollectionParameterDto,
    @CurrentCaller() caller: Caller,
  ): Promise<DoneDto> {
    await this.users.endSessions(id, collection, caller);
    return { message: 'Signed out everywhere' };
  }
}
