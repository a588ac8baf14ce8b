import { hostname } from 'node:os';
import { keysOf } from '../../bson/key-order.js';
import { pull } from '../../cursors/pull.js';
import { CommandError } from '../../errors.js';
import { explainAccess, explainPlan } from '../../planner/explain.js';
import { prepareQuery, type PreparedQuery } from '../../planner/execute.js';
import { MemoryBudget } from '../../planner/memory-budget.js';
import type { Plan, Query } from '../../planner/plan.js';
import { compileFilter } from '../../query/filter.js';
import type { Document } from '../../types.js';
import { SERVER_VERSION } from '../admin/handshake.js';
import { Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { checkNamespace } from '../namespaces.js';
import { parseAggregate, prepareAggregate } from './aggregate.js';
import { parseCount } from './count.js';
import { parseDistinct } from './distinct.js';
import { parseFind } from './find.js';

const VERBOSITIES = new Set(['queryPlanner', 'executionStats', 'allPlansExecution']);

/** Tells how a command would reach its documents, and with `executionStats` what that takes. Nothing is written. */
export async function explain(context: CommandContext): Promise<Document> {
  const { arguments: fields } = context;
  const command = fields.requiredDocument('explain');
  const verbosity = fields.optionalString('verbosity') ?? 'allPlansExecution';
  fields.rejectUnknown();
  if (!VERBOSITIES.has(verbosity))
    throw new CommandError('FailedToParse', `verbosity string must be one of ${[...VERBOSITIES].join(', ')}`);
  const name = keysOf(command)[0] ?? '';
  const inner = { ...context, name, command, arguments: new Arguments(command, name) };
  const runs = verbosity !== 'queryPlanner';
  const explained =
    name === 'aggregate' ? await explainPipeline(inner, runs) : await explainQuery(inner, runs);
  return {
    explainVersion: '1',
    ...explained,
    command: { ...command, $db: context.database },
    serverInfo: { host: hostname(), port: 0, version: SERVER_VERSION, gitVersion: '' },
    ok: 1,
  };
}

async function explainQuery(context: CommandContext, runs: boolean): Promise<Document> {
  const { collection, query, projection, variables } = parseQuery(context);
  const namespace = checkNamespace(context.database, collection);
  const filter = compileFilter(query.filter, { collation: query.collation, variables, now: context.now });
  const found = context.engine.catalog.find(context.database, String(collection));
  if (!found) return explainNothing(namespace, query, runs);
  const memory = new MemoryBudget(context.engine.maxMemoryPerQuery);
  const prepared = prepareQuery(found, query, filter, memory);
  return explainPrepared(context, namespace, prepared, runs, {
    projection,
    root: rootStage(context.name, context.command),
  });
}

async function explainPipeline(context: CommandContext, runs: boolean): Promise<Document> {
  const request = parseAggregate(context);
  context.arguments.ignore('cursor');
  const { head, source, rows } = prepareAggregate(context, request);
  if (!source)
    return explainNothing(request.namespace, { filter: head.filter ?? {}, skip: 0, limit: 0 }, runs);
  if (head.rest.length === 0) return explainPrepared(context, request.namespace, source, runs);
  const started = performance.now();
  let nReturned = 0;
  if (runs) await pull(rows[Symbol.iterator](), context.operation, () => ++nReturned > 0);
  const $cursor = {
    queryPlanner: explainPlanner(request.namespace, source),
    ...(runs && { executionStats: explainCounters(source, nReturned, started) }),
  };
  return { stages: [{ $cursor }, ...head.rest] };
}

function parseQuery(context: CommandContext): {
  collection: unknown;
  query: Query;
  projection?: Document;
  variables?: Document;
} {
  const { name, arguments: fields } = context;
  switch (name) {
    case 'find':
      return parseFind(context);
    case 'count':
      return parseCount(fields);
    case 'distinct':
      return parseDistinct(fields);
    case 'update':
      return parseStatement(context, 'updates');
    case 'delete':
      return parseStatement(context, 'deletes');
    case 'findAndModify':
    case 'findandmodify':
      return {
        collection: fields.any(name),
        query: {
          filter: fields.optionalDocument('query') ?? {},
          sort: fields.optionalDocument('sort'),
          skip: 0,
          limit: 1,
          hint: fields.any('hint'),
          collation: readCollation(fields),
        },
      };
    default:
      throw new CommandError('CommandNotFound', `Explain failed due to unknown command: ${name}`);
  }
}

function parseStatement(context: CommandContext, list: string): { collection: unknown; query: Query } {
  const [statement] = context.arguments.requiredDocuments(list);
  const fields = new Arguments(statement ?? {}, list);
  return {
    collection: context.arguments.any(context.name),
    query: {
      filter: fields.requiredDocument('q'),
      skip: 0,
      limit: 0,
      hint: fields.any('hint'),
      collation: readCollation(fields),
    },
  };
}

/** What a command makes of the documents that its plan finds. */
interface PlanShape {
  projection?: Document;
  /** The stage above the plan. */
  root?: 'COUNT' | 'DELETE' | 'UPDATE';
}

function rootStage(name: string, command: Document): PlanShape['root'] {
  if (name === 'count') return 'COUNT';
  if (name === 'delete' || (name.toLowerCase() === 'findandmodify' && command.remove)) return 'DELETE';
  return name === 'update' || name.toLowerCase() === 'findandmodify' ? 'UPDATE' : undefined;
}

function describePlan(plan: Plan, { projection, root }: PlanShape): Document {
  const inputStage = explainPlan(plan, projection);
  return root ? { stage: root, inputStage } : inputStage;
}

async function explainPrepared(
  context: CommandContext,
  namespace: string,
  prepared: PreparedQuery,
  runs: boolean,
  shape: PlanShape = {},
): Promise<Document> {
  const started = performance.now();
  let nReturned = 0;
  if (runs) await pull(prepared.rows(), context.operation, () => ++nReturned > 0);
  return {
    queryPlanner: explainPlanner(namespace, prepared, shape),
    ...(runs && { executionStats: explainCounters(prepared, nReturned, started, shape) }),
  };
}

function explainPlanner(namespace: string, { plan }: PreparedQuery, shape: PlanShape = {}): Document {
  return {
    namespace,
    parsedQuery: plan.query.filter,
    indexFilterSet: false,
    winningPlan: describePlan(plan, shape),
    rejectedPlans: plan.rejected.map((access) => explainAccess(access, plan.query)),
  };
}

function explainCounters(
  { plan, counters }: PreparedQuery,
  nReturned: number,
  started: number,
  shape: PlanShape = {},
): Document {
  return {
    executionSuccess: true,
    nReturned,
    executionTimeMillis: Math.round(performance.now() - started),
    totalKeysExamined: counters.keysExamined,
    totalDocsExamined: counters.docsExamined,
    executionStages: { ...describePlan(plan, shape), nReturned },
  };
}

function explainNothing(namespace: string, { filter }: Query, runs: boolean): Document {
  const winningPlan = { stage: 'EOF' };
  return {
    queryPlanner: { namespace, parsedQuery: filter, indexFilterSet: false, winningPlan, rejectedPlans: [] },
    ...(runs && {
      executionStats: {
        executionSuccess: true,
        nReturned: 0,
        executionTimeMillis: 0,
        totalKeysExamined: 0,
        totalDocsExamined: 0,
        executionStages: { ...winningPlan, nReturned: 0 },
      },
    }),
  };
}
