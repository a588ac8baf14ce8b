import { getSchemaPath } from '@nestjs/swagger';
import { ERRORS, type ErrorCode } from '../errors/catalogue.js';
import { CoglexError } from '../errors/coglex-error.js';
import { problemOf, PROBLEM_JSON } from '../errors/problem.js';
import { ProblemDto } from '../errors/problem.dto.js';

/** A response of an OpenAPI document whose content is a problem. */
export interface ProblemResponse {
  description: string;
  content: Record<string, { schema: { $ref: string }; examples: Record<string, { value: ProblemDto }> }>;
}

const REQUEST_ID = 'f3b1c9d2-0c57-4c1f-9a55-8f0d1b9a2e77';

/** The responses for errors, by their status, with an example for each code. */
export function problemResponses(codes: readonly ErrorCode[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  const entries = [...byStatus].map(([status, group]) => [String(status), responseOf(group)] as const);
  return Object.fromEntries(entries);
}

function responseOf(codes: readonly ErrorCode[]): ProblemResponse {
  const examples = codes.map(
    (code) => [code, { value: problemOf(new CoglexError(code), REQUEST_ID) }] as const,
  );
  return {
    description: codes.map((code) => `${ERRORS[code].title} (\`${code}\`)`).join('\n\n'),
    content: {
      [PROBLEM_JSON]: {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(examples),
      },
    },
  };
}
