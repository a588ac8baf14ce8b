import type { Content } from '../content/content.js';
import { contentOf, type StoredMessage } from './conversation.js';

/**
 * The latest messages that fit into a number of tokens. They begin with a message of the user: the answer of a
 * function without its call, or of a model without its question, would be refused by providers.
 */
export function windowOf(messages: readonly StoredMessage[], tokens: number): Content[] {
  let from = messages.length;
  for (let left = tokens; from > 0 && messages[from - 1].tokens <= left; from -= 1)
    left -= messages[from - 1].tokens;
  const window = messages.slice(from).map(contentOf);
  const start = window.findIndex(opensTurn);
  return start < 0 ? [] : window.slice(start);
}

const opensTurn = ({ role = 'user', parts }: Content) =>
  role === 'user' && !parts.some(({ functionResponse }) => functionResponse);
