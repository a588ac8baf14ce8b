import { checkFile } from './check-format.js';
import { parseExtendedJson } from './extended-json.js';
import { diffPlan } from './plan.js';

const check = (cases: string): string[] =>
  checkFile(parseExtendedJson(`{"topic": "t", "cases": [${cases}]}`));

describe('checkFile', () => {
  it('accepts a case that asks and asserts', () => {
    expect(check('{"name": "a", "filter": {}, "ids": []}')).toEqual([]);
  });

  it.each([
    ['has no name', '{"filter": {}, "ids": []}'],
    ['is there twice', '{"name": "a", "filter": {}, "ids": []}, {"name": "a", "filter": {}, "ids": []}'],
    ['asserts nothing', '{"name": "a", "filter": {}}'],
    ['asks nothing', '{"name": "a", "ids": []}'],
    ['asks filter and command', '{"name": "a", "filter": {}, "command": {}, "ids": []}'],
    ['unknown member "id"', '{"name": "a", "filter": {}, "id": []}'],
    ['"ids" is not array', '{"name": "a", "filter": {}, "ids": 1}'],
    ['unknown requirement magic', '{"name": "a", "filter": {}, "ids": [], "requires": ["magic"]}'],
    ['error has no code', '{"name": "a", "filter": {}, "error": {}}'],
    ['expects an error and an answer', '{"name": "a", "filter": {}, "error": {"code": 2}, "ids": []}'],
    ['"value" belongs to "expression"', '{"name": "a", "filter": {}, "value": 1}'],
    ['command 0: has no command', '{"name": "a", "commands": [{"ids": []}]}'],
    ['unknown member "stage"', '{"name": "a", "command": {}, "plan": {"stage": "X"}}'],
  ])('finds that a case %s', (fault, cases) => {
    expect(check(cases).join()).toContain(fault);
  });
});

describe('diffPlan', () => {
  const explained = {
    queryPlanner: {
      winningPlan: {
        stage: 'FETCH',
        inputStage: { stage: 'IXSCAN', indexName: 'a_1', direction: 'forward' },
      },
      rejectedPlans: [{ stage: 'COLLSCAN' }],
    },
    executionStats: { totalKeysExamined: 1, totalDocsExamined: 1, nReturned: 1 },
  };

  it('finds stages, index and figures wherever they are', () => {
    const plan = { stages: ['FETCH', 'IDHACK|IXSCAN'], without: ['COLLSCAN'], index: 'a_1', docsExamined: 1 };
    expect(diffPlan(plan, { stages: [{ $cursor: explained }] })).toBeUndefined();
  });

  it.each([
    { stages: ['SORT'] },
    { without: ['IXSCAN'] },
    { index: 'b_1' },
    { direction: 'backward' as const },
    { keysExamined: 2 },
  ])('sees the difference to %j', (plan) => {
    expect(diffPlan(plan, explained)).toEqual(expect.any(String));
  });
});
