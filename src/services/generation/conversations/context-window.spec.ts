import type { Part } from '../content/content.js';
import { windowOf } from './context-window.js';

const at = new Date(0);
const message = (role: string, part: Part, tokens = 10) => ({
  json: JSON.stringify({ role, parts: [part] }),
  tokens,
  at,
});

describe('windowOf', () => {
  const messages = [
    message('user', { text: 'a' }),
    message('model', { functionCall: { name: 'f' } }),
    message('user', { functionResponse: { name: 'f', response: {} } }),
    message('model', { text: 'b' }),
    message('user', { text: 'c' }),
    message('model', { text: 'd' }),
  ];

  it.each([
    [1000, 6],
    [60, 6],
    [59, 2],
    [40, 2],
    [20, 2],
    [19, 0],
    [0, 0],
    [-5, 0],
  ])('of %i tokens holds %i messages', (tokens, count) => {
    const window = windowOf(messages, tokens);
    expect(window).toHaveLength(count);
    if (count > 0) expect(window[0].parts[0]).toHaveProperty('text');
  });
});
