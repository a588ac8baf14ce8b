import { REQUIREMENTS } from './case-format.js';
import { typeName } from './match.js';

/** BSON types that a member may have. */
type Shape = Record<string, string>;

const EXPECTATION: Shape = {
  result: 'object',
  returns: 'array',
  ids: 'array',
  unordered: 'bool',
  error: 'object',
  writeError: 'object',
  plan: 'object',
};
const STEP: Shape = { ...EXPECTATION, command: 'object' };
const CASE: Shape = {
  ...EXPECTATION,
  name: 'string',
  why: 'string',
  requires: 'array',
  documents: 'array',
  sequence: 'object',
  indexes: 'array',
  setup: 'array',
  ownDatabase: 'bool',
  filter: 'object',
  pipeline: 'array',
  options: 'object',
  update: 'object',
  expression: 'any',
  command: 'object',
  commands: 'array',
  value: 'any',
  values: 'array',
  after: 'array',
};
const PLAN: Shape = {
  stages: 'array',
  without: 'array',
  index: 'any',
  direction: 'string',
  multikey: 'bool',
  keysExamined: 'int',
  docsExamined: 'int',
  returned: 'int',
};
const FILE: Shape = { topic: 'string', documents: 'array', cases: 'array' };
const QUESTIONS = ['filter', 'pipeline', 'update', 'expression', 'command', 'commands'];
const ASSERTIONS = [
  ...Object.keys(EXPECTATION).filter((key) => key !== 'unordered'),
  'value',
  'values',
  'after',
];

type Fields = Record<string, unknown>;

/** Everything that is wrong with the form of a parsed file of cases, in words. */
export function checkFile(file: unknown): string[] {
  const faults = checkShape(file, FILE, 'file');
  if (faults.length > 0) return faults;
  const cases = (file as Fields).cases as unknown[];
  const seen = new Set<string>();
  for (const [index, test] of cases.entries()) {
    const { name } = Object(test) as Fields;
    const where = typeof name === 'string' ? `"${name}"` : `case ${index}`;
    if (typeof name !== 'string' || name === '') faults.push(`${where}: has no name`);
    else if (seen.has(name)) faults.push(`${where}: is there twice`);
    else seen.add(name);
    faults.push(...checkCase(test, where));
  }
  return faults;
}

function checkCase(test: unknown, where: string): string[] {
  const faults = checkShape(test, CASE, where);
  if (faults.length > 0) return faults;
  const fields = test as Fields;
  const asked = QUESTIONS.filter((question) => question in fields);
  if (asked.length !== 1) faults.push(`${where}: asks ${asked.join(' and ') || 'nothing'}`);
  if (('value' in fields || 'values' in fields) && asked[0] !== 'expression')
    faults.push(`${where}: "value" belongs to "expression"`);
  if ('options' in fields && !['filter', 'pipeline', 'update'].includes(asked[0] ?? ''))
    faults.push(`${where}: "options" belongs to "filter", "pipeline" and "update"`);
  if ('documents' in fields && 'sequence' in fields) faults.push(`${where}: has documents and a sequence`);
  for (const requirement of (fields.requires ?? []) as unknown[])
    if (!Object.hasOwn(REQUIREMENTS, String(requirement)))
      faults.push(`${where}: unknown requirement ${String(requirement)}`);
  if (asked[0] === 'commands') {
    const steps = fields.commands as unknown[];
    for (const [index, step] of steps.entries()) faults.push(...checkStep(step, `${where} command ${index}`));
    if (!steps.some((step) => asserts(step as Fields)) && !('after' in fields))
      faults.push(`${where}: asserts nothing`);
  } else {
    if (!asserts(fields)) faults.push(`${where}: asserts nothing`);
    faults.push(...checkExpectation(fields, where));
  }
  return faults;
}

function checkStep(step: unknown, where: string): string[] {
  const faults = checkShape(step, STEP, where);
  if (faults.length > 0) return faults;
  if (!('command' in (step as Fields))) faults.push(`${where}: has no command`);
  return [...faults, ...checkExpectation(step as Fields, where)];
}

function checkExpectation(fields: Fields, where: string): string[] {
  const faults: string[] = [];
  if (fields.plan) faults.push(...checkShape(fields.plan, PLAN, `${where} plan`));
  for (const kind of ['error', 'writeError'])
    if (kind in fields && !('code' in (fields[kind] as Fields))) faults.push(`${where}: ${kind} has no code`);
  const success = ['result', 'returns', 'ids', 'plan', 'value', 'values'].some((member) => member in fields);
  if ('error' in fields && (success || 'writeError' in fields))
    faults.push(`${where}: expects an error and an answer`);
  return faults;
}

function asserts(fields: Fields): boolean {
  return ASSERTIONS.some((assertion) => assertion in fields);
}

function checkShape(value: unknown, shape: Shape, where: string): string[] {
  if (typeName(value) !== 'object') return [`${where}: is not an object`];
  return Object.entries(value as Fields).flatMap(([key, member]) => {
    const wanted = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (wanted === undefined) return [`${where}: unknown member "${key}"`];
    return wanted === 'any' || typeName(member) === wanted ? [] : [`${where}: "${key}" is not ${wanted}`];
  });
}
