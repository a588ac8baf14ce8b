import { Injectable } from '@nestjs/common';
import { MeteredCalls, type Turn } from '../calls/metered-calls.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import {
  functionCallsOf,
  textOf,
  type Content,
  type ModelAnswer,
  type ModelRequest,
} from '../content/content.js';
import { usageOf } from '../metering/token-usage.js';
import { GenerationTools } from '../tools/generation-tools.service.js';
import { ToolRun } from '../tools/tool-run.js';
import { sumUsage, type ConverseAnswer } from './converse-answer.js';
import type { Task } from './task.js';

/** What came of a task: the answer, and the messages that belong into a thread. */
export interface Exchange {
  answer: ConverseAnswer;
  added: Content[];
}

/** Asks a model once; yields pieces where there are any. */
type AskModel = (request: ModelRequest) => AsyncGenerator<ModelAnswer, Turn>;

/** Talks with a model until it has its answer: runs its tools, and holds it to the schema. */
@Injectable()
export class Exchanges {
  constructor(
    private readonly calls: MeteredCalls,
    private readonly tools: GenerationTools,
  ) {}

  /** An answer that fails its schema is asked for once more. */
  async whole(task: Task): Promise<Exchange> {
    const { calls } = this;

    const askModel: AskModel = async function* (request) {
      return calls.generate(request, task.ask);
    };
    const steps = this.run(task, askModel);
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    const exchange = step.value;
    if (!task.schema || functionCallsOf(exchange.answer).length > 0) return exchange;
    return this.withSchema(task, exchange);
  }

  /** Pieces as they come. What has been sent cannot be repaired: a wrong answer ends with an error. */
  async *pieces(task: Task): AsyncGenerator<ModelAnswer, Exchange> {
    const exchange = yield* this.run(task, (request) => this.calls.stream(request, task.ask));
    if (task.schema && functionCallsOf(exchange.answer).length === 0) {
      const checked = task.schema.check(textOf(exchange.answer.candidates?.[0]?.content));
      if (!checked.ok) throw invalid(checked.faults);
      exchange.answer.parsed = checked.value;
    }
    return exchange;
  }

  private async *run(task: Task, askModel: AskModel): AsyncGenerator<ModelAnswer, Exchange> {
    const run = task.run && this.toolRun(task);
    const added: Content[] = [];
    let usageMetadata: ModelAnswer['usageMetadata'];
    for (;;) {
      const { answer, model } = yield* askModel({
        ...task.request,
        contents: [...task.request.contents, ...added],
      });
      usageMetadata = sumUsage(usageMetadata, answer.usageMetadata);
      const said = answer.candidates?.[0]?.content;
      if (said) added.push(said);
      const { in: prompt, out } = usageOf(answer, 0);
      run?.stepped(prompt + out);
      const asked = functionCallsOf(answer);
      const results = run && asked.length > 0 && !run.stop ? await run.answer(asked) : undefined;
      if (results) {
        added.push(results);
        if (!run?.stop) continue;
      }
      const stopped = asked.length > 0 ? run?.stop : undefined;
      return {
        answer: {
          ...answer,
          ...(usageMetadata ? { usageMetadata } : {}),
          model,
          ...(run ? { trace: run.trace } : {}),
          ...(stopped ? { stopped } : {}),
        },
        added,
      };
    }
  }

  private toolRun({ run, ask: { caller, signal } }: (Task & Pick<Required<Task>, 'run'>) | Task): ToolRun {
    if (!run) throw new Error('There is nothing to run');
    return new ToolRun(run, (name) => this.tools.find(name, caller), { caller, signal });
  }

  private async withSchema(task: Task, { answer, added }: Exchange): Promise<Exchange> {
    const schema = task.schema!;
    const first = schema.check(textOf(answer.candidates?.[0]?.content));
    if (first.ok) return { answer: { ...answer, parsed: first.value }, added };
    const complaint = { role: 'user', parts: [{ text: repairText(first.faults) }] };
    const contents = [...task.request.contents, ...added, complaint];
    const repaired = await this.calls.generate({ ...task.request, contents }, task.ask);
    const content = repaired.answer.candidates?.[0]?.content;
    const second = schema.check(textOf(content));
    if (!second.ok) throw invalid(second.faults);
    const usageMetadata = sumUsage(answer.usageMetadata, repaired.answer.usageMetadata);
    return {
      answer: {
        ...answer,
        ...repaired.answer,
        ...(usageMetadata ? { usageMetadata } : {}),
        model: repaired.model,
        parsed: second.value,
      },
      // The thread keeps what was right in the end.
      added: content ? [...added.slice(0, -1), content] : added,
    };
  }
}

const repairText = (faults: string) =>
  `Your answer does not fulfil the JSON schema. ${faults} Answer again, with the corrected JSON and nothing else.`;

function invalid(faults: string): CoglexError {
  return new CoglexError('output_invalid', {
    detail: `The answer does not fulfil the schema. ${faults}`,
  });
}
