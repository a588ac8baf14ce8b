import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ERRORS, type ErrorCode } from '../errors/catalogue.js';
import { PROBLEM_JSON } from '../errors/problem.js';
import { problemResponses, type ProblemResponse } from './problem-responses.js';

/** What any request can meet. */
const ALWAYS: readonly ErrorCode[] = [
  'forbidden_key',
  'url_too_long',
  'too_many_requests',
  'address_banned',
  'headers_too_large',
  'internal_error',
  'shutting_down',
];

/** What any request with a body can meet before its handler is asked. */
const WITH_BODY: readonly ErrorCode[] = [
  'malformed_json',
  'nested_too_deep',
  'request_timeout',
  'body_too_large',
  'unsupported_media_type',
  ...ALWAYS,
];

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

type Responses = Record<string, Partial<ProblemResponse> | undefined>;

/**
 * Adds to every operation of a document the problems that the server itself can answer with, and to every response
 * without a description the name of its status.
 */
export function withCommonProblems(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths))
    for (const method of METHODS) {
      const operation = path[method];
      if (!operation) continue;
      const responses = operation.responses as Responses;
      addProblems(responses, operation.requestBody ? WITH_BODY : ALWAYS);
      for (const [status, response] of Object.entries(responses))
        if (response) response.description ||= STATUS_CODES[status] ?? '';
    }
  return document;
}

function addProblems(responses: Responses, codes: readonly ErrorCode[]): void {
  const saysAlready = (code: ErrorCode) => code in examplesOf(responses[ERRORS[code].status]);
  const unsaid = codes.filter((code) => !saysAlready(code));
  for (const [status, added] of Object.entries(problemResponses(unsaid)))
    responses[status] = merge(responses[status], added);
}

function merge(said: Responses[string], added: ProblemResponse): Partial<ProblemResponse> {
  const { schema, examples } = added.content[PROBLEM_JSON];
  return {
    ...said,
    description: [said?.description, added.description].filter(Boolean).join('\n\n'),
    content: { ...said?.content, [PROBLEM_JSON]: { schema, examples: { ...examplesOf(said), ...examples } } },
  };
}

function examplesOf(response: Responses[string]): ProblemExamples {
  return response?.content?.[PROBLEM_JSON]?.examples ?? {};
}

type ProblemExamples = ProblemResponse['content'][string]['examples'];
