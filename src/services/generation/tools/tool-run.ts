import type { Content, FunctionCall } from '../content/content.js';
import type { GenerationTool, ToolContext } from './generation-tools.service.js';
import { runTool } from './run-tool.js';
import type { RunStop, TraceEntry } from './tool-trace.js';

/** Bounds of one request that runs tools. */
export interface RunBounds {
  /** Most calls of the model. */
  maxSteps: number;
  /** Longest time, in milliseconds. */
  timeoutMs: number;
  /** Tokens after which no further call of the model is made. */
  maxTokens: number;
}

/** Runs the tools that a model asks for, within the bounds of the request. */
export class ToolRun {
  readonly trace: TraceEntry[] = [];
  private readonly ends: number;
  private steps = 0;
  private tokens = 0;

  constructor(
    private readonly bounds: RunBounds,
    private readonly find: (name: string) => Promise<GenerationTool | undefined>,
    private readonly context: ToolContext,
  ) {
    this.ends = performance.now() + bounds.timeoutMs;
  }

  /** Notes a call of the model. @param tokens of its prompt and its answer */
  stepped(tokens: number): void {
    this.steps += 1;
    this.tokens += tokens;
  }

  /** By what the run is at its end, if it is. */
  get stop(): RunStop | undefined {
    if (this.steps >= this.bounds.maxSteps) return 'steps';
    if (this.tokens >= this.bounds.maxTokens) return 'tokens';
    return this.left <= 0 ? 'time' : undefined;
  }

  /**
   * Runs what the model asks for, one after the other.
   *
   * @returns the message that tells the model what came of it; `undefined` when something is not the server's to run,
   * and the client must do it
   */
  async answer(calls: readonly FunctionCall[]): Promise<Content | undefined> {
    const tools = await Promise.all(calls.map(({ name }) => this.find(name)));
    if (tools.includes(undefined)) return undefined;
    const parts = [];
    for (const [at, { id, name, args = {} }] of calls.entries()) {
      const { entry, response } = await runTool(tools[at] as GenerationTool, args, {
        ...this.context,
        timeoutMs: Math.max(0, this.left),
      });
      this.trace.push({ step: this.steps, name, args, ...entry });
      parts.push({ functionResponse: { ...(id === undefined ? {} : { id }), name, response } });
    }
    return { role: 'user', parts };
  }

  private get left(): number {
    return this.ends - performance.now();
  }
}
