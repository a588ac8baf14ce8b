import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Indexes } from '../indexes.service.js';
import type { StoredConversation, StoredMessage } from './conversation.js';

const COLLECTION = '_CONVERSATIONS';

/** What is shown of a thread in lists. */
export type ConversationHead = Omit<StoredConversation, 'messages'>;

/** The threads that a caller may reach. */
export type ConversationFilter = Pick<StoredConversation, '_id'> & Partial<Pick<StoredConversation, 'user'>>;

/** Threads of the current project. */
@Injectable()
export class ConversationsRepository {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
  ) {}

  async insert(conversation: StoredConversation): Promise<void> {
    this.indexes.ensure(COLLECTION, { user: 1, _inserted: -1 });
    await this.conversations().insertOne(conversation, this.time);
  }

  find(filter: ConversationFilter): Promise<StoredConversation | null> {
    return this.conversations().findOne(filter, this.time);
  }

  list(filter: { user?: string | null }, skip: number, limit: number): Promise<ConversationHead[]> {
    return this.conversations()
      .find(filter, {
        ...this.time,
        projection: { messages: 0 },
        sort: { _inserted: -1, _id: 1 },
        skip,
        limit,
      })
      .toArray();
  }

  /**
   * Adds messages at the end, all at once.
   *
   * @param size characters of the messages
   * @returns the thread as it is then; `null` when there is none, or no room in it
   */
  append(
    filter: ConversationFilter,
    messages: StoredMessage[],
    size: number,
  ): Promise<ConversationHead | null> {
    const room = this.config.GENERATION_CONVERSATION_SIZE - size;
    return this.conversations().findOneAndUpdate(
      { ...filter, size: { $lte: room } },
      {
        $push: { messages: { $each: messages } },
        $inc: {
          count: messages.length,
          size,
          tokens: messages.reduce((sum, { tokens }) => sum + tokens, 0),
        },
        $set: { _patched: new Date() },
      },
      { ...this.time, returnDocument: 'after', projection: { messages: 0 } },
    );
  }

  /** @returns the thread as it was, without its messages */
  clear(filter: ConversationFilter): Promise<ConversationHead | null> {
    return this.conversations().findOneAndUpdate(
      filter,
      { $set: { messages: [], count: 0, size: 0, tokens: 0, _patched: new Date() } },
      { ...this.time, returnDocument: 'before', projection: { messages: 0 } },
    );
  }

  async delete(filter: ConversationFilter): Promise<boolean> {
    const { deletedCount } = await this.conversations().deleteOne(filter, this.time);
    return deletedCount > 0;
  }

  private get time() {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private conversations(): mongo.Collection<StoredConversation> {
    return this.database.collection<StoredConversation>(COLLECTION);
  }
}
