import { toChat } from './to-chat.js';

const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const dialect = { limitName: 'max_tokens' } as const;
const f = {
  name: 'f',
  description: 'F',
  parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
};

describe('toChat', () => {
  it('translates every setting that has a counterpart, and sends nothing else', () => {
    const generationConfig = {
      ...{
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        candidateCount: 2,
        maxOutputTokens: 10,
        stopSequences: ['END'],
      },
      ...{ presencePenalty: 1, frequencyPenalty: -1, seed: 7 },
    };
    expect(toChat({ contents, generationConfig }, 'm', dialect)).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      ...{ temperature: 0.5, top_p: 0.9, n: 2, max_tokens: 10, stop: ['END'] },
      ...{ presence_penalty: 1, frequency_penalty: -1, seed: 7 },
    });
  });

  it('says the bound of an answer as the server wants it', () => {
    const request = { contents, generationConfig: { maxOutputTokens: 10 } };
    expect(toChat(request, 'm', { limitName: 'max_completion_tokens' })).toMatchObject({
      max_completion_tokens: 10,
    });
  });

  it('declares functions in JSON Schema', () => {
    expect(toChat({ contents, tools: [{ functionDeclarations: [f] }] }, 'm', dialect).tools).toEqual([
      {
        type: 'function',
        function: {
          name: 'f',
          description: 'F',
          parameters: { type: 'object', properties: { a: { type: 'string' } } },
        },
      },
    ]);
  });

  it.each([
    [{ mode: 'NONE' }, 'none'],
    [{ mode: 'AUTO' }, 'auto'],
    [{ mode: 'ANY' }, 'required'],
    [
      { mode: 'ANY', allowedFunctionNames: ['f'] },
      { type: 'function', function: { name: 'f' } },
    ],
    [{}, undefined],
  ])('translates the choice %j', (functionCallingConfig, choice) => {
    const request = {
      contents,
      tools: [{ functionDeclarations: [f] }],
      toolConfig: { functionCallingConfig },
    };
    expect(toChat(request, 'm', dialect).tool_choice).toEqual(choice);
  });

  it.each([
    [{ responseMimeType: 'application/json' }, { type: 'json_object' }],
    [
      { responseSchema: { type: 'STRING', nullable: true } },
      { type: 'json_schema', json_schema: { name: 'answer', schema: { type: ['string', 'null'] } } },
    ],
    [{ responseMimeType: 'text/plain' }, undefined],
  ])('translates the form %j', (generationConfig, format) => {
    expect(toChat({ contents, generationConfig }, 'm', dialect).response_format).toEqual(format);
  });
});
