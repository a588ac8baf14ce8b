import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import type { Content } from '../content/content.js';
import { estimateContents } from '../content/estimate-tokens.js';
import { windowOf } from './context-window.js';
import { contentOf, type StoredConversation, type StoredMessage } from './conversation.js';
import {
  ConversationsRepository,
  type ConversationFilter,
  type ConversationHead,
} from './conversations.repository.js';

/** A thread with its messages. */
export type Conversation = ConversationHead & { contents: Content[] };

/** Stored threads. A user reaches its own; server code without a user reaches all of the project. */
@Injectable()
export class Conversations {
  constructor(
    private readonly repository: ConversationsRepository,
    private readonly config: Config,
  ) {}

  async create(caller: Caller, title: string | undefined, contents: Content[]): Promise<ConversationHead> {
    const { messages, size, tokens } = stored(contents);
    if (size > this.config.GENERATION_CONVERSATION_SIZE) throw full();
    const head = {
      _id: new mongo.ObjectId().toHexString(),
      user: caller.user?.id ?? null,
      ...(title === undefined ? {} : { title }),
      ...{ count: messages.length, tokens, size, _inserted: new Date() },
    };
    await this.repository.insert({ ...head, messages });
    return head;
  }

  list({ user }: Caller, skip: number, limit: number): Promise<ConversationHead[]> {
    return this.repository.list(user ? { user: user.id } : {}, skip, limit);
  }

  /** @throws CoglexError `not_found` */
  async get(caller: Caller, id: string): Promise<Conversation> {
    const { messages, ...head } = await this.find(caller, id);
    return { ...head, contents: messages.map(contentOf) };
  }

  /**
   * The latest messages that fit before new ones.
   *
   * @throws CoglexError `not_found`
   */
  async context(caller: Caller, id: string, next: Content[]): Promise<Content[]> {
    const { messages } = await this.find(caller, id);
    return windowOf(messages, this.config.GENERATION_CONTEXT_TOKENS - estimateContents(next));
  }

  /** @throws CoglexError `not_found`, `conversation_full` */
  async append(caller: Caller, id: string, contents: Content[]): Promise<ConversationHead> {
    const { messages, size } = stored(contents);
    const head = await this.repository.append(reach(caller, id), messages, size);
    if (head) return head;
    await this.find(caller, id);
    throw full();
  }

  /** @returns the number of messages that are gone. @throws CoglexError `not_found` */
  async clear(caller: Caller, id: string): Promise<number> {
    return ((await this.repository.clear(reach(caller, id))) ?? noSuchConversation()).count;
  }

  /** @throws CoglexError `not_found` */
  async delete(caller: Caller, id: string): Promise<void> {
    if (!(await this.repository.delete(reach(caller, id)))) noSuchConversation();
  }

  private async find(caller: Caller, id: string): Promise<StoredConversation> {
    return (await this.repository.find(reach(caller, id))) ?? noSuchConversation();
  }
}

function reach({ user }: Caller, _id: string): ConversationFilter {
  return user ? { _id, user: user.id } : { _id };
}

function stored(contents: Content[]): { messages: StoredMessage[]; size: number; tokens: number } {
  const at = new Date();
  const messages = contents.map((content) => ({
    json: JSON.stringify(content),
    tokens: estimateContents([content]),
    at,
  }));
  return {
    messages,
    size: messages.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0),
    tokens: messages.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

function noSuchConversation(): never {
  throw new CoglexError('not_found', { detail: 'There is no such conversation.' });
}

function full(): CoglexError {
  return new CoglexError('conversation_full', {
    detail:
      'The conversation has no room for this. Clear it, begin another one, or send files by POST /file.',
  });
}
