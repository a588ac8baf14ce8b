import type { ServerResponse } from 'node:http';
import { sendJson, type Recorded, type Reply } from '../provider/http-stand-in.ts';

/** What a test looks at of a request. */
export interface ChatBody {
  model: string;
  messages: { role: string; content: unknown; [member: string]: unknown }[];
  stream?: boolean;
  [member: string]: unknown;
}

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '').length;

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : ((content ?? []) as { text?: string }[]).map(({ text = '' }) => text).join('');

/** OpenAI's count of tokens; here a word is one. */
export function usage({ body }: Recorded, answer: string) {
  const prompt = (body as ChatBody).messages.reduce((sum, { content }) => sum + words(textOf(content)), 0);
  return { prompt_tokens: prompt, completion_tokens: words(answer), total_tokens: prompt + words(answer) };
}

const META = { id: 'chatcmpl-1', created: 1, system_fingerprint: 'fp' };

const frame = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;

const openStream = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

const chunk = (model: string, delta: object, finish_reason: string | null = null) =>
  frame({
    ...META,
    model,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason, logprobs: null }],
  });

/** Answers with a message: at once, or in crumbs when it is asked to stream. */
function reply(
  request: Recorded,
  response: ServerResponse,
  { message, deltas, reason }: { message: object; deltas: object[]; reason: string },
): void {
  const { model, stream, stream_options } = request.body as ChatBody;
  const text = textOf((message as { content?: unknown }).content ?? '');
  if (!stream)
    return sendJson(response, 200, {
      ...META,
      model,
      object: 'chat.completion',
      choices: [
        { index: 0, message: { role: 'assistant', ...message }, finish_reason: reason, logprobs: null },
      ],
      usage: usage(request, text),
    });
  openStream(response).write(chunk(model, { role: 'assistant', content: '' }));
  for (const delta of deltas) response.write(chunk(model, delta));
  response.write(chunk(model, {}, reason));
  if (stream_options) response.write(frame({ ...META, model, choices: [], usage: usage(request, text) }));
  response.end('data: [DONE]\n\n');
}

export const say =
  (text: string): Reply =>
  (request, response) =>
    reply(request, response, {
      message: { content: text },
      deltas: text.split(/(?<= )/).map((content) => ({ content })),
      reason: 'stop',
    });

/** Answers with the last thing that was said. */
export const echo: Reply = (request, response) => {
  const { messages } = request.body as ChatBody;
  return say(`You said: ${textOf(messages.at(-1)?.content)}`)(request, response);
};

/** Wants functions to be called; streamed, the arguments come in two pieces. */
export const callFunctions =
  (...calls: { name: string; args?: object; id?: string }[]): Reply =>
  (request, response) => {
    const whole = calls.map(({ name, args = {}, id }, at) => ({
      id: id ?? `call_${at}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(args) },
    }));
    const deltas = whole.flatMap(({ function: { name, arguments: json }, ...call }, index) => [
      { tool_calls: [{ index, ...call, function: { name, arguments: json.slice(0, 3) } }] },
      { tool_calls: [{ index, function: { arguments: json.slice(3) } }] },
    ]);
    reply(request, response, { message: { content: null, tool_calls: whole }, deltas, reason: 'tool_calls' });
  };

/** Does not let a prompt through, as Azure says it. */
export const blockPrompt: Reply = (_request, response) =>
  sendJson(response, 400, {
    error: {
      message: 'The prompt triggered the content management policy.',
      code: 'content_filter',
      type: null,
    },
  });

/** An error as OpenAI has it. */
export const fail =
  (status: number, code: string, message: string, headers: Record<string, string> = {}): Reply =>
  (_request, response) =>
    sendJson(response, status, { error: { message, type: code, param: null, code } }, headers);

/** Breaks the connection after some pieces. */
export const breakAfter =
  (...pieces: string[]): Reply =>
  async ({ body }, response) => {
    openStream(response);
    for (const content of pieces) response.write(chunk((body as ChatBody).model, { content }));
    // Only what has left can arrive.
    await new Promise((resolve) => setTimeout(resolve, 20));
    response.destroy();
  };

/** Sends some pieces, and then nothing more. */
export const stallAfter =
  (...pieces: string[]): Reply =>
  ({ body }, response) => {
    openStream(response);
    for (const content of pieces) response.write(chunk((body as ChatBody).model, { content }));
  };
