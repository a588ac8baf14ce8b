import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import { ChunkTranslator } from './chunk-translator.js';
import { fromChat, fromUsage } from './from-chat.js';

const completion = (message: object, finish_reason: string) =>
  ({ id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason }] }) as unknown as ChatCompletion;
const chunk = (delta: object, finish_reason: string | null = null) =>
  ({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason }] }) as unknown as ChatCompletionChunk;

describe('fromChat', () => {
  it.each([
    ['stop', 'STOP'],
    ['length', 'MAX_TOKENS'],
    ['tool_calls', 'STOP'],
    ['content_filter', 'SAFETY'],
    ['something_new', 'OTHER'],
  ])('calls the end %s %s', (reason, finishReason) => {
    expect(fromChat(completion({ content: 'Hi' }, reason)).candidates).toEqual([
      { content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason, index: 0 },
    ]);
  });

  it('takes calls of functions, also with arguments that are no JSON', () => {
    const calls = ['{"a":1}', '', '[1]', '{"a":'].map((json, at) => ({
      id: `c${at}`,
      type: 'function',
      function: { name: 'f', arguments: json },
    }));
    const { candidates } = fromChat(completion({ content: null, tool_calls: calls }, 'tool_calls'));
    expect(candidates?.[0].content?.parts.map(({ functionCall }) => functionCall?.args)).toEqual([
      { a: 1 },
      {},
      { arguments: '[1]' },
      { arguments: '{"a":' },
    ]);
  });

  it('counts thoughts beside the answer', () => {
    const usage = {
      ...{ prompt_tokens: 10, completion_tokens: 8, total_tokens: 18 },
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 5 },
    };
    expect(fromUsage(usage)).toEqual({
      ...{ promptTokenCount: 10, candidatesTokenCount: 3, thoughtsTokenCount: 5 },
      ...{ cachedContentTokenCount: 4, totalTokenCount: 18 },
    });
  });
});

describe('ChunkTranslator', () => {
  it('passes text on, puts calls together, and says nothing of nothing', () => {
    const translator = new ChunkTranslator();
    const crumb = (index: number, id: string | undefined, name: string, json: string) =>
      chunk({ tool_calls: [{ index, id, function: { name, arguments: json } }] });
    const pieces = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hi' }),
      crumb(0, 'a', 'f', '{"x"'),
      crumb(1, 'b', 'g', ''),
      crumb(0, undefined, '', ':1}'),
      chunk({}, 'tool_calls'),
    ].map((one) => translator.translate(one)?.candidates?.[0]);
    expect(pieces).toEqual([
      undefined,
      { content: { role: 'model', parts: [{ text: 'Hi' }] }, index: 0 },
      undefined,
      undefined,
      undefined,
      {
        content: {
          role: 'model',
          parts: [
            { functionCall: { id: 'a', name: 'f', args: { x: 1 } } },
            { functionCall: { id: 'b', name: 'g', args: {} } },
          ],
        },
        finishReason: 'STOP',
        index: 0,
      },
    ]);
  });
});
