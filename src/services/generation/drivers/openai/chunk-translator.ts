import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Candidate, ModelAnswer } from '../../content/content.js';
import { finishReason, fromUsage, functionPart } from './from-chat.js';

interface PartialCall {
  id?: string;
  name: string;
  json: string;
}

/**
 * Translates the pieces of a streamed answer. Text goes on at once; a call of a function comes in crumbs, and goes on
 * when it is whole.
 */
export class ChunkTranslator {
  /** Calls by their choice and their index there. */
  private readonly calls = new Map<number, Map<number, PartialCall>>();

  /** @returns `undefined` for a piece that says nothing */
  translate({ choices, usage, model, id }: ChatCompletionChunk): ModelAnswer | undefined {
    const candidates = (choices ?? []).flatMap((choice): Candidate[] => this.candidates(choice));
    if (candidates.length === 0 && !usage) return undefined;
    return {
      ...(candidates.length > 0 ? { candidates } : {}),
      ...(usage ? { usageMetadata: fromUsage(usage) } : {}),
      modelVersion: model,
      responseId: id,
    };
  }

  private candidates(choice: ChatCompletionChunk.Choice): Candidate[] {
    const { delta, finish_reason: reason, index } = choice;
    for (const call of delta?.tool_calls ?? []) this.collect(index, call);
    const text = delta?.content ? [{ text: delta.content }] : [];
    const calls = reason ? this.finished(index) : [];
    if (text.length === 0 && calls.length === 0 && !reason) return [];
    const parts = [...text, ...calls];
    // Clients read the text of every piece.
    if (parts.length === 0) parts.push({ text: '' });
    return [
      {
        content: { role: 'model', parts },
        ...(reason ? { finishReason: delta?.refusal ? 'SAFETY' : finishReason(reason) } : {}),
        index,
      },
    ];
  }

  private collect(choice: number, crumb: ChatCompletionChunk.Choice.Delta.ToolCall): void {
    const calls = this.calls.get(choice) ?? new Map<number, PartialCall>();
    this.calls.set(choice, calls);
    const known = calls.get(crumb.index) ?? { name: '', json: '' };
    calls.set(crumb.index, {
      id: known.id ?? crumb.id,
      name: known.name + (crumb.function?.name ?? ''),
      json: known.json + (crumb.function?.arguments ?? ''),
    });
  }

  private finished(choice: number) {
    const calls = [...(this.calls.get(choice)?.values() ?? [])];
    this.calls.delete(choice);
    return calls.map(({ id, name, json }) => functionPart(id, name, json));
  }
}
