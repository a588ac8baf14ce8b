import type { Candidate, Content, ModelAnswer, Part } from './content.js';
import { withoutUndefined } from './without-undefined.js';

/** Puts the pieces of a streamed answer together, as if it had come at once. */
export class AnswerMerger {
  private readonly candidates = new Map<number, Candidate>();
  private rest: Omit<ModelAnswer, 'candidates'> = {};
  private pieces = 0;

  add({ candidates = [], ...rest }: ModelAnswer): void {
    this.pieces += 1;
    this.rest = { ...this.rest, ...withoutUndefined(rest) };
    for (const candidate of candidates) {
      const index = candidate.index ?? 0;
      const { content, ...others } = candidate;
      const known = this.candidates.get(index);
      this.candidates.set(index, {
        ...known,
        ...others,
        content: content ? join(known?.content, content) : known?.content,
      });
    }
  }

  /** What has come so far. */
  get answer(): ModelAnswer {
    const candidates = [...this.candidates.values()];
    return { ...(candidates.length > 0 ? { candidates } : {}), ...this.rest };
  }

  /** Whether the answer ended as answers end, instead of breaking off. */
  get isComplete(): boolean {
    const ended = [...this.candidates.values()].some(({ finishReason }) => finishReason !== undefined);
    return (
      this.pieces > 0 && (ended || this.rest.promptFeedback !== undefined || 'usageMetadata' in this.rest)
    );
  }
}

function join(known: Content | undefined, { role, parts = [] }: Content): Content {
  const joined = [...(known?.parts ?? [])];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && isPlainText(last) && isPlainText(part) && last.thought === part.thought)
      joined[joined.length - 1] = { ...last, text: `${last.text ?? ''}${part.text ?? ''}` };
    else joined.push(part);
  }
  return { role: role ?? known?.role ?? 'model', parts: joined };
}

const isPlainText = ({ text, thoughtSignature }: Part) =>
  text !== undefined && thoughtSignature === undefined;
