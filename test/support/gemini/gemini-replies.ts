import type { ServerResponse } from 'node:http';
import { sendJson, type Recorded, type Reply } from '../provider/http-stand-in.ts';

/** What a test looks at of a request. */
export interface GeminiBody {
  contents: { role?: string; parts: Record<string, unknown>[] }[];
  systemInstruction?: { parts: { text: string }[] };
  generationConfig?: Record<string, unknown>;
  [member: string]: unknown;
}

export const words = (text: string) => text.split(/\s+/).filter((word) => word !== '').length;

const textOf = (contents: GeminiBody['contents']) =>
  contents.flatMap(({ parts }) => parts.map(({ text = '' }) => text as string)).join(' ');

/** Gemini's count of tokens; here a word is one. */
export function usage(request: Recorded, answer: string, more: Record<string, number> = {}) {
  const { contents, systemInstruction } = request.body as GeminiBody;
  const prompt = words(textOf(contents)) + words(textOf(systemInstruction ? [systemInstruction] : []));
  const out = words(answer);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: out,
    totalTokenCount: prompt + out,
    ...more,
  };
}

export const candidate = (parts: object[], finishReason?: string) => ({
  content: { parts, role: 'model' },
  ...(finishReason ? { finishReason } : {}),
  index: 0,
});

export const frame = (data: unknown) => `data: ${JSON.stringify(data)}\r\n\r\n`;

export const openStream = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

export const isStream = ({ path }: Recorded) => path.endsWith(':streamGenerateContent');

/** Answers with a text: at once, or word by word when it is asked to stream. */
export const say =
  (text: string, more?: Record<string, number>): Reply =>
  (request, response) => {
    const meta = { modelVersion: 'gemini-stand-in', responseId: 'response-1' };
    if (!isStream(request))
      return sendJson(response, 200, {
        candidates: [candidate([{ text }], 'STOP')],
        usageMetadata: usage(request, text, more),
        ...meta,
      });
    openStream(response);
    const pieces = text.split(/(?<= )/);
    for (const [at, piece] of pieces.entries()) {
      const isLast = at === pieces.length - 1;
      const usageMetadata = usage(request, pieces.slice(0, at + 1).join(''), more);
      response.write(
        frame({
          candidates: [candidate([{ text: piece }], isLast ? 'STOP' : undefined)],
          usageMetadata,
          ...meta,
        }),
      );
    }
    response.end();
  };

/** Answers with the last thing that was said. */
export const echo: Reply = (request, response) => {
  const { contents } = request.body as GeminiBody;
  const last = contents.at(-1)?.parts.map(({ text = '' }) => text as string);
  return say(`You said: ${last?.join('')}`)(request, response);
};

/** Wants functions to be called. */
export const callFunctions =
  (...calls: { name: string; args?: object; id?: string }[]): Reply =>
  (request, response) => {
    const answer = {
      candidates: [
        candidate(
          calls.map((functionCall) => ({ functionCall })),
          'STOP',
        ),
      ],
      usageMetadata: usage(request, 'call'),
    };
    if (!isStream(request)) return sendJson(response, 200, answer);
    openStream(response).end(frame(answer));
  };

/** Does not let a prompt through. */
export const blockPrompt: Reply = (request, response) => {
  const answer = {
    promptFeedback: { blockReason: 'SAFETY', safetyRatings: [] },
    usageMetadata: { promptTokenCount: usage(request, '').promptTokenCount },
  };
  if (!isStream(request)) return sendJson(response, 200, answer);
  openStream(response).end(frame(answer));
};

/** An error as Google's APIs have it. */
export const fail =
  (
    code: number,
    status: string,
    message: string,
    { details, headers }: { details?: object[]; headers?: Record<string, string> } = {},
  ): Reply =>
  (_request, response) =>
    sendJson(response, code, { error: { code, message, status, ...(details ? { details } : {}) } }, headers);

export const badKey = fail(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', {
  details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
});

/** Breaks the connection after some pieces. */
export const breakAfter =
  (...pieces: string[]): Reply =>
  async (request, response) => {
    openStream(response);
    for (const text of pieces)
      response.write(frame({ candidates: [candidate([{ text }])], usageMetadata: usage(request, text) }));
    // Only what has left can arrive.
    await new Promise((resolve) => setTimeout(resolve, 20));
    response.destroy();
  };

/** Sends some pieces, and then nothing more. */
export const stallAfter =
  (...pieces: string[]): Reply =>
  (_request, response) => {
    openStream(response);
    for (const text of pieces) response.write(frame({ candidates: [candidate([{ text }])] }));
  };
