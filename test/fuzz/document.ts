/** A schema of an OpenAPI 3.0 document. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  example?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  [keyword: string]: unknown;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  schema?: Schema;
  example?: unknown;
}

type Content = Record<
  string,
  { schema?: Schema; example?: unknown; examples?: Record<string, { value: unknown }> }
>;

export interface Operation {
  method: string;
  path: string;
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}

/** The OpenAPI document of a running server. */
export class ApiDocument {
  readonly operations: Operation[];

  readonly json: { paths: object; components: { schemas: Record<string, Schema> } };

  private constructor(json: { paths: object; components: { schemas: Record<string, Schema> } }) {
    this.json = json;

    this.operations = Object.entries(json.paths as Record<string, Record<string, Operation>>).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          ...operation,
          method: method.toUpperCase(),
          path,
          parameters: operation.parameters ?? [],
        })),
    );
  }

  static async load(url: string): Promise<ApiDocument> {
    const answer = await fetch(`${url}/docs-json`);
    return new ApiDocument((await answer.json()) as ApiDocument['json']);
  }

  /** A schema without the `$ref` at its top. */
  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const name = schema.$ref.slice('#/components/schemas/'.length);
    return this.resolve(this.json.components.schemas[name]);
  }
}
