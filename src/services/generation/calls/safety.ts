import type { Candidate, ModelAnswer } from '../content/content.js';

/** Reasons by which an answer ends because of what is in it. */
const UNSAFE = new Set([
  'SAFETY',
  'PROHIBITED_CONTENT',
  'BLOCKLIST',
  'SPII',
  'RECITATION',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
]);

/**
 * Why the provider let nothing through: the prompt is blocked, or every answer to it. An answer that stops in the
 * middle is still an answer.
 */
export function blockReason({ promptFeedback, candidates = [] }: ModelAnswer): string | undefined {
  if (promptFeedback?.blockReason && candidates.length === 0) return promptFeedback.blockReason;
  if (candidates.length === 0 || !candidates.every((candidate) => isUnsafe(candidate) && isEmpty(candidate)))
    return undefined;
  return candidates[0].finishReason;
}

const isUnsafe = ({ finishReason }: Candidate) => finishReason !== undefined && UNSAFE.has(finishReason);

const isEmpty = ({ content }: Candidate) =>
  (content?.parts ?? []).every(({ text, ...others }) => !text && Object.keys(others).length === 0);
