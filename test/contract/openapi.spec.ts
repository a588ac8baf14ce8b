import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ERRORS, type ErrorCode } from '../../src/platform/errors/catalogue.js';
import type { Problem } from '../support/api-client.js';
import { ROOT } from '../support/build.js';
import { TestApp } from '../support/test-app.js';

interface Content {
  schema?: object;
  example?: unknown;
  examples?: Record<string, { value: Problem }>;
}

interface Operation {
  method: string;
  path: string;
  operationId: string;
  summary: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; description?: string; required?: boolean; schema?: object }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { description: string; headers?: object; content?: Record<string, Content> }>;
}

interface OpenApiDocument {
  paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>;
  [member: string]: unknown;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

const PROBLEM = 'application/problem+json';

/** Dumps the document as `npm run openapi` does, where there is neither a database nor any setting. */
function dump(): { document: OpenApiDocument; left: string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'coglex-openapi-'));
  try {
    const path = join(directory, 'openapi.json');
    const env = { PATH: process.env.PATH };
    execFileSync(process.execPath, [join(ROOT, 'dist/cli/openapi.js'), path], { cwd: directory, env });
    return {
      document: JSON.parse(readFileSync(path, 'utf8')) as OpenApiDocument,
      left: readdirSync(directory),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const { document, left } = dump();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]): Operation => ({ ...operation, method, path })),
);
const named = operations.map((operation) => [operation.operationId, operation] as const);

/** What is done to what the path names, with nothing else to say. */
const COMMANDS = new Set([
  'rotateEncryption',
  'reloadSecrets',
  'replayStripeEvent',
  'rotateWebhookSecret',
  'testWebhookEndpoint',
  'replayWebhook',
  'runJob',
]);

describe('the OpenAPI document', () => {
  it('is made without a database, and leaves nothing but itself', () => {
    expect(operations.length).toBeGreaterThan(10);
    expect(left).toEqual(['openapi.json']);
  });

  it('is valid', async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result).toMatchObject({ valid: true });
  });

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(names));
  });

  it('has operation ids that are names, each once', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z]+$/);
  });

  it('has schemas whose properties are described by a type', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const { properties = {} } = schema as { properties?: Record<string, Record<string, unknown>> };
      const untyped = Object.entries(properties).filter(
        ([, property]) => !['type', '$ref', 'allOf', 'anyOf', 'oneOf'].some((key) => key in property),
      );
      expect({ name, untyped }).toEqual({ name, untyped: [] });
    }
  });

  describe.each(named)('%s', (_id, operation) => {
    const { method, path, responses } = operation;

    it('has a summary and a tag', () => {
      expect(operation.summary).toMatch(/^[A-Z].{5,80}[^.]$/);
      expect(operation.tags).toEqual([expect.any(String)]);
    });

    it('declares the parameters of its path, and no others there', () => {
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(declared.map(({ name }) => name).sort()).toEqual(inPath.sort());
      for (const parameter of operation.parameters ?? []) expect(parameter.schema).toBeDefined();
    });

    it('has a schema for what it takes', () => {
      if (['post', 'put', 'patch'].includes(method) && !COMMANDS.has(operation.operationId))
        expect(operation.requestBody).toBeDefined();
      for (const { schema } of Object.values(operation.requestBody?.content ?? {}))
        expect(schema).toBeDefined();
    });

    it('has a schema for what it answers', () => {
      const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      expect(successes).toHaveLength(1);
      for (const [status, { content = {}, headers = {} }] of successes) {
        const isBare = status === '204' || 'Location' in headers;
        expect(Object.keys(content)).toHaveLength(isBare ? 0 : 1);
        for (const { schema } of Object.values(content)) expect(schema).toBeDefined();
      }
      for (const { description } of Object.values(responses)) expect(description).not.toBe('');
    });

    it('has its problems, each with an example of its status, and those that any route can meet', () => {
      for (const [status, { content, description }] of Object.entries(responses)) {
        const examples = Object.entries(content?.[PROBLEM]?.examples ?? {});
        if (Number(status) >= 400 && !content?.['application/json']) expect(examples).not.toEqual([]);
        for (const [code, { value }] of examples) {
          expect(value).toMatchObject({ code, status: Number(status) });
          expect(ERRORS[code as ErrorCode].status).toBe(Number(status));
          expect(description.split(`\`${code}\``)).toHaveLength(2);
        }
      }
      expect(responses[500].content?.[PROBLEM].examples).toHaveProperty('internal_error');
      expect(responses[503].content?.[PROBLEM].examples).toHaveProperty('shutting_down');
      if (!operation.requestBody) return;
      expect(responses[413].content?.[PROBLEM].examples).toHaveProperty('body_too_large');
      expect(responses[415].content?.[PROBLEM].examples).toHaveProperty('unsupported_media_type');
      expect(responses[400].content?.[PROBLEM].examples).toHaveProperty('malformed_json');
    });
  });

  describe('says truly who may call', () => {
    let app: TestApp;

    beforeAll(async () => {
      app = await TestApp.start();
    });
    afterAll(() => app.stop());

    it.each(named)('%s', async (_id, { method, path, security = [] }) => {
      const url = path.replaceAll(/\{\w+\}/g, 'things');
      const codeOf = async (client: typeof app.client) =>
        (await client.send<Problem | undefined>(method.toUpperCase(), url)).body?.code;
      const needsKey = security.length > 0 && security.every((scheme) => 'apiKey' in scheme);
      const needsToken = security.length > 0 && security.every((scheme) => 'userToken' in scheme);
      const takesToken = security.some((scheme) => 'userToken' in scheme);

      expect((await codeOf(app.anonymous)) === 'api_key_required').toBe(needsKey);
      expect((await codeOf(app.client)) === 'token_required').toBe(needsToken);
      expect((await codeOf(app.client.as('no.user.token'))) === 'token_invalid').toBe(takesToken);
      for (const scheme of security.flatMap((schemes) => Object.keys(schemes)))
        expect(document.components.securitySchemes).toHaveProperty(scheme);
    });
  });
});

describe('classes of bodies and answers', () => {
  // Swagger knows a schema by the name of its class alone: of two with one name, one is documented as the other.
  it('have a name each', () => {
    const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.dto.ts'))
      .flatMap((name) => [...readFileSync(join(ROOT, 'src', name), 'utf8').matchAll(/^export class (\w+)/gm)])
      .map(([, name]) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
