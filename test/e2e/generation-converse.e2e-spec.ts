import type { Problem } from '../support/api-client.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import * as openai from '../support/openai/openai-replies.js';
import { EventStream, textOfEvents } from '../support/provider/event-stream.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { TEST_SECRET } from '../support/test-app.js';

const CONVERSE = `${GENERATION}/converse`;
const WEATHER = {
  name: 'getWeather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};

interface Answer {
  candidates: { content: { role: string; parts: Record<string, unknown>[] }; finishReason: string }[];
  usageMetadata: Record<string, number>;
  model: string;
}

describe('converse', () => {
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start();
  });
  afterAll(() => api?.stop());
  beforeEach(() => api.forget());

  const converse = <T = Answer>(body: object) => api.app.client.post<T>(CONVERSE, body);
  const stream = (body: object) =>
    EventStream.open(`${api.app.url}${CONVERSE}/stream`, body, { 'x-api-key': TEST_SECRET });

  describe.each([
    ['models/gemini-2.5-flash', gemini],
    ['openai/meta-llama/Llama-3.1-8B', openai],
  ])('with %s', (model, replies) => {
    const provider = () => (replies === gemini ? api.gemini : api.openai);

    it('answers in one form, with the usage', async () => {
      const answer = await converse({ ...ask('Hello there'), model });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        candidates: [
          {
            content: { role: 'model', parts: [{ text: 'You said: Hello there' }] },
            finishReason: 'STOP',
            index: 0,
          },
        ],
        usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 4, totalTokenCount: 6 },
        model,
      });
    });

    it('streams the same in pieces', async () => {
      const events = await stream({ ...ask('one two three'), model });
      expect(events.response.headers.get('content-type')).toContain('text/event-stream');
      expect(events.response.headers.get('x-request-id')).toBeTruthy();
      const all = await events.rest();
      expect(all.length).toBeGreaterThan(3);
      expect(textOfEvents(all)).toBe('You said: one two three');
      const last = all.at(-1)?.data as Answer;
      expect(last.usageMetadata).toMatchObject({ promptTokenCount: 3, candidatesTokenCount: 5 });
    });

    it.each(['whole', 'streamed'])('carries a call of a function and its answer, %s', async (form) => {
      provider().next(replies.callFunctions({ name: 'getWeather', args: { city: 'Paris' } }));
      const body = { ...ask('Weather in Paris?'), model, tools: [{ functionDeclarations: [WEATHER] }] };
      const answer =
        form === 'whole'
          ? (await converse(body)).body
          : ((await (await stream(body)).rest()).find(({ data }) => (data as Answer).candidates)
              ?.data as Answer);
      const [part] = answer.candidates[0].content.parts;
      expect(part).toMatchObject({ functionCall: { name: 'getWeather', args: { city: 'Paris' } } });
      provider().next(replies.say('Sunny.'));
      const functionResponse = { name: 'getWeather', response: { sky: 'clear' } };
      const second = await converse({
        ...body,
        contents: [
          ...body.contents,
          answer.candidates[0].content,
          { role: 'user', parts: [{ functionResponse }] },
        ],
      });
      expect(second.body.candidates[0].content.parts).toEqual([{ text: 'Sunny.' }]);
    });

    it('says nothing of what it did not get', async () => {
      provider().next(replies.say(''));
      const { status, body } = await converse({ ...ask('Say nothing'), model });
      expect({ status, finish: body.candidates[0].finishReason }).toEqual({ status: 200, finish: 'STOP' });
    });
  });

  it('takes the model of the settings when none is named', async () => {
    expect((await converse(ask('Hi'))).body.model).toBe('models/gemini-2.5-flash');
    expect(api.gemini.last.path).toBe('/v1beta/models/gemini-2.5-flash:generateContent');
    expect(api.gemini.last.headers['x-goog-api-key']).toBe('server-gemini-key');
  });

  it('hands everything on to Gemini as it was sent', async () => {
    const sent = {
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'Look' },
            { inlineData: { mimeType: 'image/png', data: 'aGk=' } },
            { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/v1beta/files/abc' } },
          ],
        },
      ],
      systemInstruction: { parts: [{ text: 'You are an expert.' }] },
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_MEDIUM_AND_ABOVE' }],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['getWeather'] } },
    };
    const generationConfig = {
      temperature: 0.7,
      topK: 40,
      topP: 0.95,
      maxOutputTokens: 2048,
      stopSequences: ['END'],
    };
    await converse({ ...sent, generationConfig, tools: [{ functionDeclarations: [WEATHER] }] });
    expect(api.gemini.lastBody).toMatchObject(sent);
    expect(api.gemini.lastBody.generationConfig).toEqual(generationConfig);
    expect(api.gemini.lastBody.tools).toMatchObject([{ functionDeclarations: [{ name: 'getWeather' }] }]);
  });

  it('takes the name behind the first slash verbatim, and translates the rest', async () => {
    await converse({
      contents: [
        { role: 'user', parts: [{ text: 'Look' }, { inlineData: { mimeType: 'image/png', data: 'aGk=' } }] },
      ],
      systemInstruction: 'You are an expert.',
      generationConfig: { temperature: 0.7, topK: 40, maxOutputTokens: 2048 },
      model: 'openai/meta-llama/Llama-3.1-8B',
    });
    expect(api.openai.last.headers.authorization).toBe('Bearer sk-server-openai-key');
    expect(api.openai.lastBody).toEqual({
      model: 'meta-llama/Llama-3.1-8B',
      messages: [
        { role: 'system', content: 'You are an expert.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
          ],
        },
      ],
      temperature: 0.7,
      max_tokens: 2048,
    });
  });

  it('uses a key of the caller for this call alone', async () => {
    await converse({ ...ask('Hi'), key: 'my-own-key' });
    expect(api.gemini.last.headers['x-goog-api-key']).toBe('my-own-key');
    await converse({ ...ask('Hi'), key: 'sk-mine', model: 'openai/x' });
    expect(api.openai.last.headers.authorization).toBe('Bearer sk-mine');
    await converse(ask('Hi'));
    expect(api.gemini.last.headers['x-goog-api-key']).toBe('server-gemini-key');
  });

  it.each([
    ['nothing', {}, '/contents'],
    ['no messages', { contents: [] }, '/contents'],
    ['a number', { contents: 5 }, '/contents'],
    ['a message without parts', { contents: [{ role: 'user' }] }, '/contents/0/parts'],
    ['an unknown role', { contents: [{ role: 'system', parts: [{ text: 'x' }] }] }, '/contents/0/role'],
    ['an empty part', { contents: [{ parts: [{}] }] }, '/contents/0/parts/0'],
    ['an unknown part', { contents: [{ parts: [{ video: 1 }] }] }, '/contents/0/parts/0/video'],
    ['a text that is none', { contents: [{ parts: [{ text: 5 }] }] }, '/contents/0/parts/0/text'],
    [
      'data without a type',
      { contents: [{ parts: [{ inlineData: { data: 'x' } }] }] },
      '/contents/0/parts/0/inlineData',
    ],
    ['a model of nobody', { ...ask('x'), model: 'gpt-4' }, '/model'],
    ['a model that climbs', { ...ask('x'), model: 'models/../files' }, '/model'],
    ['an unknown member', { ...ask('x'), top: 1 }, '/top'],
    ['an unknown setting', { ...ask('x'), generationConfig: { heat: 1 } }, '/generationConfig/heat'],
    [
      'a setting out of bounds',
      { ...ask('x'), generationConfig: { temperature: 9 } },
      '/generationConfig/temperature',
    ],
    ['tools that are none', { ...ask('x'), tools: [{ functionDeclarations: [{ name: 'a b' }] }] }, '/tools'],
    ['a key with a line break', { ...ask('x'), key: 'a\r\nb' }, '/key'],
    ['a cache of never', { ...ask('x'), cache: -1 }, '/cache'],
    ['bounds of tools that are none', { ...ask('x'), runTools: { steps: 1 } }, '/runTools'],
    ['a thread that is no id', { ...ask('x'), conversation: '../x' }, '/conversation'],
  ])('refuses %s, and asks nobody', async (_what, body, field) => {
    for (const path of [CONVERSE, `${CONVERSE}/stream`]) {
      const answer = await api.app.client.post<Problem>(path, body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'validation_failed', errors: [{ field }] });
    }
    expect(api.gemini.requests).toHaveLength(0);
  });

  it('refuses what a provider cannot be given', async () => {
    const fileData = {
      fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc',
      mimeType: 'text/plain',
    };
    const answer = await converse<Problem>({ contents: [{ parts: [{ fileData }] }], model: 'openai/x' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });
});
