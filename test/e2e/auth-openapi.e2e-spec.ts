import { TestApp } from '../support/test-app.js';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  example?: unknown;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  parameters?: { name: string; in: string; schema: { example?: string } }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

describe('accounts in the OpenAPI document', () => {
  let app: TestApp;
  let document: OpenApi;
  beforeAll(async () => {
    app = await TestApp.start();
    document = (await app.anonymous.get<OpenApi>('/docs-json')).body;
  });
  afterAll(() => app.stop());

  const all = () =>
    Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/service/auth/v1'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      );
  /** The routes that need nothing but the key: those that one tries first. */
  const operations = () => all().filter(({ operation }) => operation.tags.includes('accounts'));
  /** All parts of a schema, with references followed. */
  const partsOf = (schema: Schema): Schema[] =>
    schema.$ref
      ? partsOf(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''])
      : schema.allOf
        ? schema.allOf.flatMap(partsOf)
        : [schema];
  const propertiesOf = (schema: Schema) =>
    Object.assign({}, ...partsOf(schema).map(({ properties }) => properties ?? {})) as Record<string, Schema>;
  const answerOf = ({ responses }: Operation, status: string): Schema => {
    const schema = responses[status]?.content?.['application/json']?.schema;
    if (!schema) throw new Error(`${status} is not documented`);
    return schema;
  };
  /** What the explorer fills in. */
  const exampleOf = ({ requestBody }: Operation) => {
    if (!requestBody) return undefined;
    const properties = propertiesOf(requestBody.content['application/json'].schema);
    return Object.fromEntries(Object.entries(properties).map(([name, { example }]) => [name, example]));
  };

  it('has its first routes, under stable names', () => {
    expect(
      operations().map(({ path, method, operation }) => `${operation.operationId}: ${method} ${path}`),
    ).toEqual([
      'signUp: post /service/auth/v1/signup',
      'signIn: post /service/auth/v1/signin',
      'getAccount: get /service/auth/v1/{key}',
      'updateAccount: patch /service/auth/v1/{key}',
    ]);
  });

  it('has examples that work when tried from top to bottom', async () => {
    const statuses: string[] = [];
    for (const { path, method, operation } of operations()) {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const parameter = operation.parameters?.find((one) => one.in === 'path' && one.name === name);
        return encodeURIComponent(parameter?.schema.example ?? '');
      });
      const { status, body } = await app.client.send<Record<string, unknown>>(
        method.toUpperCase(),
        filled,
        exampleOf(operation),
      );
      statuses.push(`${operation.operationId} ${status}`);
      const documented = partsOf(answerOf(operation, String(status))).flatMap(
        ({ required }) => required ?? [],
      );
      expect(Object.keys(body)).toEqual(expect.arrayContaining(documented));
    }
    expect(statuses).toEqual(['signUp 201', 'signIn 200', 'getAccount 200', 'updateAccount 200']);
  });

  it('says how each route refuses, and knows no password in an answer', () => {
    for (const { operation } of all()) {
      if (!operation.responses['200'] && !operation.responses['201']) continue;
      expect(operation.summary).not.toBe('');
      const statuses = Object.keys(operation.responses);
      expect(statuses).toEqual(expect.arrayContaining(['401', '503']));
      for (const status of statuses.filter((one) => one.startsWith('2')))
        expect(Object.keys(propertiesOf(answerOf(operation, status)))).not.toContain('_password');
    }
  });

  it('shows that an account has fields of the application as well', () => {
    const answer = answerOf(document.paths['/service/auth/v1/{key}'].get, '200');
    expect(Object.keys(propertiesOf(answer))).toEqual([
      '_id',
      '_key',
      '_inserted',
      '_patched',
      '_email',
      '_verified',
      '_frozen',
    ]);
    expect(partsOf(answer)).toContainEqual({ type: 'object', additionalProperties: true });
  });
});
