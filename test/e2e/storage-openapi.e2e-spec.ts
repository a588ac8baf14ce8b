import { TestApp } from '../support/test-app.js';

interface Schema {
  $ref?: string;
  type?: string;
  allOf?: Schema[];
  anyOf?: Schema[];
  items?: Schema;
  example?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
}

interface Operation {
  operationId: string;
  summary: string;
  security: Record<string, string[]>[];
  parameters: { name: string; in: string; required: boolean; example?: unknown; schema: Schema }[];
  requestBody?: {
    content: Record<string, { schema: Schema; examples?: Record<string, { value: unknown }> }>;
  };
  responses: Record<string, { content?: Record<string, { schema: Schema }>; headers?: object }>;
}

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const BASE = '/service/storage/v1/{collection}';

describe('storage in the OpenAPI document', () => {
  let app: TestApp;
  let document: OpenApi;
  beforeAll(async () => {
    app = await TestApp.start();
    document = (await app.anonymous.get<OpenApi>('/docs-json')).body;
  });
  afterAll(() => app?.stop());

  const operations = () =>
    Object.entries(document.paths)
      .filter(([path]) => path.startsWith(BASE))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      );
  const resolve = (schema: Schema): Schema =>
    schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;

  /** What the explorer fills in, as text where it stands in the URL. */
  const parametersOf = ({ parameters }: Operation, place: string) =>
    Object.fromEntries(
      parameters
        .filter((one) => one.in === place)
        .map(({ name, example, schema }) => [name, example ?? schema.example])
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, String(value)]),
    ) as Record<string, string>;

  /** The bodies that the explorer offers. */
  const bodiesOf = ({ requestBody }: Operation): unknown[] => {
    if (!requestBody) return [undefined];
    const { schema, examples } = requestBody.content['application/json'];
    if (examples) return Object.values(examples).map(({ value }) => value);
    const properties = Object.entries(resolve(schema).properties ?? {});
    return [Object.fromEntries(properties.map(([name, { example }]) => [name, example]))];
  };

  it('has every route, under stable names', () => {
    expect(
      operations().map(({ path, method, operation }) => `${operation.operationId}: ${method} ${path}`),
    ).toEqual([
      `insertDocuments: post ${BASE}`,
      `findDocuments: get ${BASE}`,
      `updateDocuments: patch ${BASE}`,
      `deleteDocuments: delete ${BASE}`,
      `getDocument: get ${BASE}/{id}`,
      `updateDocument: patch ${BASE}/{id}`,
      `deleteDocument: delete ${BASE}/{id}`,
      `aggregateDocuments: post ${BASE}/aggregate`,
    ]);
  });

  it('has examples that work when tried from top to bottom, and again', async () => {
    for (let round = 0; round < 2; round += 1) {
      const answers: string[] = [];
      for (const { path, method, operation } of operations()) {
        const inPath = parametersOf(operation, 'path');
        const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(inPath[name]));
        for (const body of bodiesOf(operation)) {
          const { status } = await app.client.send(
            method.toUpperCase(),
            filled,
            body,
            parametersOf(operation, 'query'),
          );
          answers.push(`${operation.operationId} ${status}`);
          expect(Object.keys(operation.responses)).toContain(String(status));
        }
      }
      expect(answers).toEqual([
        ...['insertDocuments 201', 'insertDocuments 201', 'insertDocuments 201'],
        ...['findDocuments 200', 'updateDocuments 200', 'deleteDocuments 200'],
        ...['getDocument 200', 'updateDocument 200', 'deleteDocument 200', 'aggregateDocuments 200'],
      ]);
    }
  });

  it('says how each route refuses, and that it needs a key', () => {
    for (const { operation } of operations()) {
      expect(operation.summary).not.toBe('');
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '401', '404', '503']));
      expect(operation.security).toEqual([{ apiKey: [] }, { apiKey: [], userToken: [] }]);
    }
  });

  it('documents free-form bodies and documents', () => {
    const insert = document.paths[BASE].post.requestBody?.content['application/json'].schema.anyOf ?? [];
    expect(insert.map((schema) => resolve(schema).type)).toEqual(['object', 'array', 'object']);
    expect(insert[0]).toEqual({ type: 'object', additionalProperties: true });
    const stored = document.paths[`${BASE}/{id}`].get.responses['200'].content?.['application/json'].schema;
    expect(stored?.allOf).toContainEqual({ type: 'object', additionalProperties: true });
    const list = document.paths[BASE].get.responses['200'];
    expect(list.content?.['application/json'].schema.items?.allOf).toHaveLength(2);
    expect(list.headers).toHaveProperty('X-Total-Count');
  });

  it('has every query parameter once, as an optional one', () => {
    const parameters = document.paths[BASE].get.parameters.filter((one) => one.in === 'query');
    expect(parameters.map(({ name }) => name).sort()).toEqual([
      'count',
      'keys',
      'limit',
      'query',
      'skip',
      'sort',
    ]);
    for (const { required } of parameters) expect(required).toBe(false);
  });
});
