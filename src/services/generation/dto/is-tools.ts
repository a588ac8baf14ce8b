import { ValidateBy } from 'class-validator';

const MAX_TOOLS = 128;
const FUNCTION_NAME = /^[A-Za-z_][\w.:-]{0,127}$/;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of tools whose functions have names. */
export const IsTools = () =>
  ValidateBy(
    { name: 'isTools', validator: { validate: isTools } },
    {
      message:
        '$property must be a list such as [{"functionDeclarations": [{"name": "getWeather", "parameters": {}}]}]',
    },
  );

function isTools(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_TOOLS && value.every(isTool);
}

function isTool(tool: unknown): boolean {
  if (!isObject(tool)) return false;
  const { functionDeclarations = [] } = tool;
  return (
    Array.isArray(functionDeclarations) &&
    functionDeclarations.length <= MAX_TOOLS &&
    functionDeclarations.every(isDeclaration)
  );
}

function isDeclaration(declaration: unknown): boolean {
  if (!isObject(declaration)) return false;
  const { name, description, parameters, parametersJsonSchema } = declaration;
  return (
    typeof name === 'string' &&
    FUNCTION_NAME.test(name) &&
    (description === undefined || typeof description === 'string') &&
    [parameters, parametersJsonSchema].every((schema) => schema === undefined || isObject(schema))
  );
}
