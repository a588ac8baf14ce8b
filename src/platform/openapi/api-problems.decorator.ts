import { ApiResponse } from '@nestjs/swagger';
import type { ErrorCode } from '../errors/catalogue.js';
import { problemResponses } from './problem-responses.js';

const DECLARED = Symbol('declared-problems');

/**
 * Documents the errors that a handler can answer with. Codes of one status become one response with an example
 * for each; decorators add to each other. What every route can answer is added by `withCommonProblems()`.
 */
export function ApiProblems(...codes: ErrorCode[]): ClassDecorator & MethodDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const owner = (descriptor?.value ?? target) as object;
    const declared = (Reflect.getOwnMetadata(DECLARED, owner) ?? []) as ErrorCode[];
    const added = codes.filter((code) => !declared.includes(code));
    const all = [...declared, ...added];
    Reflect.defineMetadata(DECLARED, all, owner);
    // The decorator of Swagger joins descriptions of one status, but replaces contents.
    const contents = problemResponses(all);
    for (const [status, { description }] of Object.entries(problemResponses(added))) {
      const decorate = ApiResponse({ ...contents[status], status: Number(status), description });
      if (descriptor) decorate(target, key as string, descriptor);
      else (decorate as ClassDecorator)(target as () => void);
    }
  };
}
