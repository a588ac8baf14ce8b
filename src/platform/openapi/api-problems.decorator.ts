import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERRORS, type ErrorCode } from '../errors/catalogue.js';
import { PROBLEM_JSON } from '../errors/problem.js';
import { ProblemDto } from '../errors/problem.dto.js';

const DECLARED = Symbol('declared-problems');

/**
 * Documents the errors that a handler can answer with. Codes of one status become one response with an example
 * for each; decorators add to each other.
 */
export function ApiProblems(...codes: ErrorCode[]): ClassDecorator & MethodDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const owner = (descriptor?.value ?? target) as object;
    const all = new Set([...((Reflect.getOwnMetadata(DECLARED, owner) ?? []) as ErrorCode[]), ...codes]);
    Reflect.defineMetadata(DECLARED, [...all], owner);
    const decorate = applyDecorators(ApiExtraModels(ProblemDto), ...responses([...all]));
    if (descriptor) (decorate as MethodDecorator)(target, _key as string, descriptor);
    else (decorate as ClassDecorator)(target as () => void);
  };
}

function responses(codes: ErrorCode[]): MethodDecorator[] {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  return [...byStatus].map(([status, group]) =>
    ApiResponse({
      status,
      description: group.map((code) => `${ERRORS[code].title} (\`${code}\`)`).join(' · '),
      content: {
        [PROBLEM_JSON]: {
          schema: { $ref: getSchemaPath(ProblemDto) },
          examples: Object.fromEntries(group.map((code) => [code, { value: example(code) }])),
        },
      },
    }),
  );
}

function example(code: ErrorCode): ProblemDto {
  const { status, title } = ERRORS[code];
  return {
    type: `urn:coglex:problem:${code}`,
    title,
    status,
    detail: title,
    code,
    requestId: 'f3b1c9d2-0c57-4c1f-9a55-8f0d1b9a2e77',
  };
}
