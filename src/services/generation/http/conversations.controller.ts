import { Body, Controller, Delete, Get, Header, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import type { Caller } from '../../../platform/security/caller.js';
import { checkContents } from '../content/check-contents.js';
import { Conversations } from '../conversations/conversations.service.js';
import {
  AppendDto,
  ConversationDto,
  ConversationHeadDto,
  NewConversationDto,
  ListPageDto,
} from '../dto/conversation.dto.js';
import { DeletedEntriesDto } from '../dto/deleted-entries.dto.js';
import { Generator } from './generator.decorator.js';

const ID = { name: 'id', description: '`_id` of the conversation.', example: '65a1b2c3d4e5f60718293a4b' };
const DEFAULT_LIMIT = 100;
const PROBLEMS = ['validation_failed', 'key_not_allowed', 'not_found', 'database_unavailable'] as const;

/** `/service/generation/v1/conversations`: threads that models can continue. */
@ApiTags('generation')
@Controller('service/generation/v1/conversations')
@Access({ publishable: true })
export class ConversationsController {
  constructor(private readonly conversations: Conversations) {}

  @Post()
  @ApiOperation({
    operationId: 'createConversation',
    summary: 'Begin a conversation',
    description:
      'It belongs to the user whose token is sent, and to the project without one. Another user gets 404 for it.',
  })
  @ApiBody({ type: NewConversationDto, required: false })
  @ApiCreatedResponse({ type: ConversationHeadDto })
  @ApiProblems('validation_failed', 'key_not_allowed', 'conversation_full', 'database_unavailable')
  create(
    @Generator() caller: Caller,
    @Body() { title, contents }: NewConversationDto,
  ): Promise<ConversationHeadDto> {
    const messages = contents === undefined ? [] : checkContents(contents, '/contents');
    return this.conversations.create(caller, title, messages);
  }

  @Get()
  @ApiOperation({ operationId: 'listConversations', summary: 'List conversations, newest first' })
  @ApiOkResponse({ type: [ConversationHeadDto] })
  @ApiProblems('validation_failed', 'key_not_allowed', 'database_unavailable')
  list(@Generator() caller: Caller, @Query() page: ListPageDto): Promise<ConversationHeadDto[]> {
    const { skip = 0, limit = DEFAULT_LIMIT } = page;
    return this.conversations.list(caller, skip, limit);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getConversation', summary: 'Read a conversation' })
  @ApiParam(ID)
  @ApiOkResponse({ type: ConversationDto })
  @ApiProblems(...PROBLEMS)
  get(@Generator() caller: Caller, @Param('id') id: string): Promise<ConversationDto> {
    return this.conversations.get(caller, id);
  }

  @Get(':id/export')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'exportConversation', summary: 'Download a conversation' })
  @ApiParam(ID)
  @ApiOkResponse({ type: ConversationDto })
  @ApiProblems(...PROBLEMS)
  async export(
    @Generator() caller: Caller,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationDto> {
    const conversation = await this.conversations.get(caller, id);
    const name = `conversation-${conversation._id}.json`;
    void reply.header('Content-Disposition', `attachment; filename="${name}"`);
    return conversation;
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'deleteConversation', summary: 'Delete a conversation' })
  @ApiParam(ID)
  @ApiOkResponse({ type: DeletedEntriesDto })
  @ApiProblems(...PROBLEMS)
  async delete(@Generator() caller: Caller, @Param('id') id: string): Promise<DeletedEntriesDto> {
    await this.conversations.delete(caller, id);
    return { deleted: 1 };
  }

  @Post(':id/messages')
  @ApiOperation({
    operationId: 'appendMessages',
    summary: 'Add messages to a conversation, without asking a model',
  })
  @ApiParam(ID)
  @ApiCreatedResponse({ type: ConversationHeadDto })
  @ApiProblems(...PROBLEMS, 'conversation_full')
  append(
    @Generator() caller: Caller,
    @Param('id') id: string,
    @Body() { contents }: AppendDto,
  ): Promise<ConversationHeadDto> {
    return this.conversations.append(caller, id, checkContents(contents, '/contents'));
  }

  @Delete(':id/messages')
  @ApiOperation({ operationId: 'clearConversation', summary: 'Take all messages out of a conversation' })
  @ApiParam(ID)
  @ApiOkResponse({ type: DeletedEntriesDto })
  @ApiProblems(...PROBLEMS)
  async clear(@Generator() caller: Caller, @Param('id') id: string): Promise<DeletedEntriesDto> {
    return { deleted: await this.conversations.clear(caller, id) };
  }
}
