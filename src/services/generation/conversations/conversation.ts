import type { Content } from '../content/content.js';

/** A message as it is stored. */
export interface StoredMessage {
  /** The message in JSON: its names and their order are the caller's, and none of the database's. */
  json: string;
  /** Tokens, as counted or estimated. */
  tokens: number;
  at: Date;
}

/** A thread as it is stored: one document, so that every change of it is whole. */
export interface StoredConversation {
  _id: string;
  /** Id of the user whose it is; `null` for a thread of the project. */
  user: string | null;
  title?: string;
  messages: StoredMessage[];
  /** Number of messages. */
  count: number;
  /** Tokens of all messages. */
  tokens: number;
  /** Characters of all messages, which bound the document. */
  size: number;
  _inserted: Date;
  _patched?: Date;
}

export const contentOf = ({ json }: StoredMessage): Content => JSON.parse(json) as Content;
