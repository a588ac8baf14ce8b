import { estimateContents, estimateRequest } from './estimate-tokens.js';
import { AnswerMerger } from './merge-answers.js';

const text = (value: string) => ({ role: 'user', parts: [{ text: value }] });

describe('estimates', () => {
  it('grow with the text, in every script', () => {
    expect(estimateContents([text('x'.repeat(400))])).toBe(103);
    expect(estimateContents([text('语'.repeat(400))])).toBe(303);
    const contents = [text('Hi')];
    const alone = estimateRequest({ contents });
    expect(estimateRequest({ contents, systemInstruction: text('Be kind.') })).toBeGreaterThan(alone);
    expect(estimateRequest({ contents, tools: [{ functionDeclarations: [{ name: 'f' }] }] })).toBeGreaterThan(
      alone,
    );
  });

  it('do not take data for text', () => {
    const data = 'x'.repeat(1_000_000);
    for (const mimeType of ['image/png', 'application/pdf'])
      expect(estimateContents([{ parts: [{ inlineData: { mimeType, data } }] }])).toBeLessThan(2000);
  });
});

describe('AnswerMerger', () => {
  it('puts pieces together as if they had come at once', () => {
    const merger = new AnswerMerger();
    expect(merger.isComplete).toBe(false);
    const piece = (part: object, finishReason?: string) => ({
      candidates: [
        { content: { role: 'model', parts: [part] }, ...(finishReason ? { finishReason } : {}), index: 0 },
      ],
    });
    merger.add(piece({ text: 'a', thought: true }));
    merger.add(piece({ text: 'b' }));
    expect(merger.isComplete).toBe(false);
    merger.add(piece({ text: 'c' }));
    merger.add(piece({ functionCall: { name: 'f' } }));
    merger.add({ ...piece({ text: 'd' }, 'STOP'), usageMetadata: { totalTokenCount: 3 } });
    expect(merger.isComplete).toBe(true);
    expect(merger.answer).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'a', thought: true },
              { text: 'bc' },
              { functionCall: { name: 'f' } },
              { text: 'd' },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: { totalTokenCount: 3 },
    });
  });
});
