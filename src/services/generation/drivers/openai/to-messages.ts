import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { CoglexError } from '../../../../platform/errors/coglex-error.js';
import { textOf, type Content, type Part } from '../../content/content.js';

const AUDIO_FORMATS = new Map<string, 'wav' | 'mp3'>([
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/mp3', 'mp3'],
  ['audio/mpeg', 'mp3'],
]);

/** A call of a function that has no answer yet. */
interface OpenCall {
  id: string;
  name: string;
}

/**
 * Messages in OpenAI's form. Calls of functions are told apart by ids there; where the caller has none they are made
 * up from the place of the message, so that the same conversation always has the same ids.
 */
export function toMessages(contents: Content[], systemInstruction?: Content): ChatCompletionMessageParam[] {
  const open: OpenCall[] = [];
  const system: ChatCompletionMessageParam[] = systemInstruction
    ? [{ role: 'system', content: textOf(systemInstruction) }]
    : [];
  return [
    ...system,
    ...contents.flatMap((content, at) =>
      content.role === 'model' ? [modelMessage(content, at, open)] : userMessages(content, open),
    ),
  ];
}

function modelMessage(content: Content, at: number, open: OpenCall[]): ChatCompletionMessageParam {
  const text = textOf(content);
  const calls = content.parts.flatMap(({ functionCall }, index) =>
    functionCall ? [{ ...functionCall, id: functionCall.id ?? `call_${at}_${index}` }] : [],
  );
  open.push(...calls);
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0
      ? {
          tool_calls: calls.map(({ id, name, args = {} }) => ({
            id,
            type: 'function' as const,
            function: { name, arguments: JSON.stringify(args) },
          })),
        }
      : {}),
  };
}

/** The answers of functions are messages of their own, before what the user says. */
function userMessages({ parts }: Content, open: OpenCall[]): ChatCompletionMessageParam[] {
  const answers = parts.flatMap(({ functionResponse }): ChatCompletionMessageParam[] =>
    functionResponse
      ? [
          {
            role: 'tool',
            tool_call_id: idOfAnswer(functionResponse, open),
            content: JSON.stringify(functionResponse.response),
          },
        ]
      : [],
  );
  const said = parts.filter(({ functionResponse }) => !functionResponse);
  if (said.length === 0) return answers;
  const onlyText = said.every(({ text }) => text !== undefined);
  const content = onlyText ? textOf({ parts: said }) : said.map(contentPart);
  return [...answers, { role: 'user', content }];
}

function idOfAnswer({ id, name }: { id?: string; name: string }, open: OpenCall[]): string {
  const at = open.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
  if (at < 0) return id ?? name;
  return open.splice(at, 1)[0].id;
}

function contentPart({ text, inlineData, fileData }: Part): ChatCompletionContentPart {
  if (text !== undefined) return { type: 'text', text };
  if (inlineData) return inlinePart(inlineData);
  if (fileData && /^https?:/.test(fileData.fileUri) && (fileData.mimeType ?? 'image/').startsWith('image/'))
    return { type: 'image_url', image_url: { url: fileData.fileUri } };
  throw untranslatable('Files of Gemini, and parts that only Gemini knows,');
}

function inlinePart({
  mimeType,
  data,
  displayName,
}: NonNullable<Part['inlineData']>): ChatCompletionContentPart {
  const url = `data:${mimeType};base64,${data}`;
  if (mimeType.startsWith('image/')) return { type: 'image_url', image_url: { url } };
  const format = AUDIO_FORMATS.get(mimeType);
  if (format) return { type: 'input_audio', input_audio: { data, format } };
  if (mimeType.startsWith('text/')) return { type: 'text', text: Buffer.from(data, 'base64').toString() };
  if (mimeType === 'application/pdf')
    return { type: 'file', file: { filename: displayName ?? 'document.pdf', file_data: url } };
  throw untranslatable(`Data of the type ${mimeType.slice(0, 100)}`);
}

function untranslatable(what: string): CoglexError {
  return new CoglexError('validation_failed', {
    detail: `${what} cannot be given to a model of an OpenAI-compatible server.`,
  });
}
