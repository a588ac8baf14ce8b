import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../platform/security/caller.js';

/** What a tool is told of the request that it runs for. */
export interface ToolContext {
  caller: Caller;
  /** Aborted when the time of the request is over, or its client has gone. */
  signal: AbortSignal;
}

/** Something that the server can do for a model. */
export interface GenerationTool {
  /** @returns what the model is told, as JSON; a CoglexError is told to it as well */
  run(args: Record<string, unknown>, context: ToolContext): Promise<unknown>;
}

/** Knows tools by their name: stored functions, actions of an application. */
export interface ToolSource {
  /** @returns `undefined` for what is no tool of this source, or none that this caller may run */
  find(name: string, caller: Caller): Promise<GenerationTool | undefined>;
}

/**
 * What `runTools` can run. Services and applications register their sources when they are made; the first that knows a
 * name has it.
 *
 * @example tools.register({ find: async (name) => (name === 'now' ? { run: async () => ({ time: new Date() }) } : undefined) });
 */
@Injectable()
export class GenerationTools {
  private readonly sources: ToolSource[] = [];

  register(source: ToolSource): void {
    this.sources.push(source);
  }

  async find(name: string, caller: Caller): Promise<GenerationTool | undefined> {
    for (const source of this.sources) {
      const tool = await source.find(name, caller);
      if (tool) return tool;
    }
    return undefined;
  }
}
