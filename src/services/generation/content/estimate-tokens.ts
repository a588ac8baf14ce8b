import type { Content, ModelRequest, Part } from './content.js';

/** Bytes of UTF-8 that make about one token, for every script. */
const BYTES_PER_TOKEN = 4;
/** What Gemini counts for an image, and what we take for a file that we cannot see into. */
const TOKENS_PER_FILE = 258;
/** Bytes of audio or of a document that make about one token. */
const MEDIA_BYTES_PER_TOKEN = 500;
const TOKENS_PER_MESSAGE = 3;

/** About how many tokens a request has; for reservations, and where no provider counts them. */
export function estimateRequest({ contents, systemInstruction, tools }: ModelRequest): number {
  return (
    estimateContents(contents) +
    (systemInstruction ? estimateContents([systemInstruction]) : 0) +
    (tools ? ofText(JSON.stringify(tools)) : 0)
  );
}

/** About how many tokens messages have. */
export function estimateContents(contents: readonly Content[]): number {
  return contents.reduce(
    (sum, { parts }) => sum + TOKENS_PER_MESSAGE + parts.reduce((tokens, part) => tokens + ofPart(part), 0),
    0,
  );
}

function ofPart({ text, inlineData, fileData, thoughtSignature: _signature, ...others }: Part): number {
  if (text !== undefined) return ofText(text);
  if (fileData) return TOKENS_PER_FILE;
  if (!inlineData) return ofText(JSON.stringify(others));
  if (inlineData.mimeType.startsWith('image/')) return TOKENS_PER_FILE;
  return Math.max(TOKENS_PER_FILE, Math.ceil((inlineData.data.length * 0.75) / MEDIA_BYTES_PER_TOKEN));
}

const ofText = (text: string) => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
