import type { PlanExpectation } from './case-format.js';
import { numeric, show } from './match.js';

type Fields = Record<string, unknown>;

/** The first difference between an expected plan and the answer of `explain`; `undefined` when there is none. */
export function diffPlan(expected: PlanExpectation, explained: unknown): string | undefined {
  const [winningPlan] = [...within(explained)].filter((node) => 'winningPlan' in node);
  if (!winningPlan) return `no winningPlan in ${show(explained)}`;
  const nodes = [...within(winningPlan.winningPlan)].filter((node) => typeof node.stage === 'string');
  const stages = nodes.map((node) => String(node.stage));
  for (const wanted of expected.stages ?? [])
    if (!wanted.split('|').some((stage) => stages.includes(stage)))
      return `plan: expected ${wanted} among ${stages.join()}`;
  for (const unwanted of expected.without ?? [])
    if (stages.includes(unwanted)) return `plan: did not expect ${unwanted} among ${stages.join()}`;
  return diffScan(expected, nodes) ?? diffFigures(expected, explained);
}

function diffScan(expected: PlanExpectation, nodes: Fields[]): string | undefined {
  const scans = nodes.filter((node) => 'indexName' in node);
  const seen = (member: string): string =>
    [...new Set(scans.map((scan) => String(scan[member])))].sort().join();
  if (expected.index !== undefined && seen('indexName') !== [expected.index].flat().sort().join())
    return `plan: expected index ${String(expected.index)}, got ${seen('indexName') || 'none'}`;
  if (expected.direction !== undefined && seen('direction') !== expected.direction)
    return `plan: expected direction ${expected.direction}, got ${seen('direction')}`;
  if (expected.multikey !== undefined && seen('isMultiKey') !== String(expected.multikey))
    return `plan: expected isMultiKey ${expected.multikey}, got ${seen('isMultiKey')}`;
  return undefined;
}

function diffFigures(expected: PlanExpectation, explained: unknown): string | undefined {
  const figures = {
    totalKeysExamined: expected.keysExamined,
    totalDocsExamined: expected.docsExamined,
    nReturned: expected.returned,
  };
  const [stats] = [...within(explained)].filter((node) => 'totalDocsExamined' in node);
  for (const [name, wanted] of Object.entries(figures))
    if (wanted !== undefined && numeric(wanted) !== numeric(stats?.[name]))
      return `plan: expected ${name} ${numeric(wanted)}, got ${show(stats?.[name])}`;
  return undefined;
}

/** Every document in a value, outermost first; rejected plans are none of them. */
function* within(value: unknown): Generator<Fields> {
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) yield* within(element);
    return;
  }
  if (typeof value !== 'object' || value === null || '_bsontype' in value) return;
  yield value as Fields;
  for (const [name, member] of Object.entries(value)) if (name !== 'rejectedPlans') yield* within(member);
}
