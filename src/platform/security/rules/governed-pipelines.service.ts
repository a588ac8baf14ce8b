import { Injectable } from '@nestjs/common';
import { isPlain, type Plain } from '../../database/query/walk.js';
import { isTrusted, type Caller } from '../caller.js';
import { allows } from '../keys/scopes.js';
import { HiddenFields } from './hidden-fields.js';
import { RowRules, type Reach } from './row-rules.service.js';

/** The service whose scopes open documents, whichever route reads them. */
const DOCUMENTS = 'storage';

/** What a caller sees of a collection in a pipeline. */
interface View {
  reach: Exclude<Reach, { kind: 'none' }>;
  hidden: HiddenFields;
}

type Views = ReadonlyMap<string, View>;

/**
 * Puts the rules into pipelines: in front, and inside of every stage that reads another collection. All collections of
 * a pipeline are judged by their `aggregate` rule.
 */
@Injectable()
export class GovernedPipelines {
  constructor(private readonly rules: RowRules) {}

  /** Which of the collections that a checked pipeline joins are closed to the caller, by rules or by scopes. */
  async closed(caller: Caller, pipeline: Plain[]): Promise<ReadonlySet<string>> {
    const names = joinedCollections(pipeline);
    const closed = await Promise.all(names.map((name) => this.isClosed(caller, name)));
    return new Set(names.filter((_, at) => closed[at]));
  }

  /**
   * The pipeline as it is run for the caller.
   *
   * @param pipeline checked, without joins of closed collections
   * @returns `undefined` when no rule opens the collection itself
   */
  async govern(caller: Caller, collection: string, pipeline: Plain[]): Promise<Plain[] | undefined> {
    if (isTrusted(caller)) return pipeline;
    const names = [collection, ...joinedCollections(pipeline)];
    const views = await Promise.all(
      names.map(async (name): Promise<[string, View] | undefined> => {
        const reach = await this.rules.reach(caller, name, 'aggregate');
        return reach.kind === 'none'
          ? undefined
          : [name, { reach, hidden: await this.rules.hidden(caller, name) }];
      }),
    );
    if (views.includes(undefined)) return undefined;
    return fronted(collection, pipeline, new Map(views.flatMap((view) => (view ? [view] : []))));
  }

  private async isClosed(caller: Caller, collection: string): Promise<boolean> {
    // Of the scopes the guard has seen only whether they hold the collection that the route names.
    const need = { service: DOCUMENTS, collection, action: 'read' } as const;
    if (!allows(caller.key?.scopes, need)) return true;
    return (await this.rules.reach(caller, collection, 'aggregate')).kind === 'none';
  }
}

/** Every collection that stages of a checked pipeline read, at any depth. */
export function joinedCollections(pipeline: Plain[]): string[] {
  const names = new Set<string>();
  const visit = (stages: Plain[]): void => {
    for (const [operator, value] of stages.flatMap((stage) => Object.entries(stage))) {
      if (operator === '$unionWith' && typeof value === 'string') names.add(value);
      if (!isPlain(value)) continue;
      if (operator === '$facet') for (const inner of Object.values(value)) visit(inner as Plain[]);
      if (!['$lookup', '$graphLookup', '$unionWith'].includes(operator)) continue;
      names.add((value.from ?? value.coll) as string);
      if (Array.isArray(value.pipeline)) visit(value.pipeline as Plain[]);
    }
  };
  visit(pipeline);
  return [...names];
}

/** A pipeline over a collection, with what the caller may see of it in front. */
function fronted(collection: string, pipeline: Plain[], views: Views): Plain[] {
  const { hidden } = viewOf(collection, views);
  // Matches that read nothing hidden go before the stage that hides, so that they can use an index.
  const matches = hidden.isEmpty ? 0 : pipeline.findIndex((stage) => !isBlindMatch(stage, hidden));
  const first = matches === -1 ? pipeline.length : matches;
  return [
    ...filterStages(collection, views),
    ...pipeline.slice(0, first),
    ...hidden.stages(),
    ...pipeline.slice(first).flatMap((stage) => governed(stage, views)),
  ];
}

const isBlindMatch = (stage: Plain, hidden: HiddenFields): boolean =>
  Object.hasOwn(stage, '$match') && hidden.isBlindFilter(stage.$match);

function filterStages(collection: string, views: Views): Plain[] {
  const { reach } = viewOf(collection, views);
  return reach.kind === 'all' || Object.keys(reach.filter).length === 0 ? [] : [{ $match: reach.filter }];
}

/** Not finding one would open it: a mistake of the programmer must not. */
function viewOf(collection: string, views: Views): View {
  const view = views.get(collection);
  if (!view) throw new Error(`No rule was asked about ${collection}`);
  return view;
}

/** One stage as it is run; joins become what the caller may see of the other collection. */
function governed(stage: Plain, views: Views): Plain[] {
  const [[operator, value]] = Object.entries(stage);
  switch (operator) {
    case '$lookup':
      return [{ $lookup: lookup(value as Plain, views) }];
    case '$graphLookup':
      return graphLookup(value as Plain, views);
    case '$unionWith':
      return [{ $unionWith: unionWith(value, views) }];
    case '$facet':
      return [{ $facet: facet(value as Plain, views) }];
    default:
      return [stage];
  }
}

function lookup(value: Plain, views: Views): Plain {
  const from = value.from as string;
  const inner = fronted(from, (value.pipeline as Plain[] | undefined) ?? [], views);
  const seen = { ...value };
  // The database compares this field before the pipeline has taken anything away.
  if (typeof value.foreignField === 'string')
    seen.foreignField = viewOf(from, views).hidden.seen(value.foreignField);
  if (inner.length > 0 || value.pipeline !== undefined) seen.pipeline = inner;
  return seen;
}

function graphLookup(value: Plain, views: Views): Plain[] {
  const from = value.from as string;
  const { hidden } = viewOf(from, views);
  const asked = value.restrictSearchWithMatch as Plain | undefined;
  const filters = [
    ...filterStages(from, views).map(({ $match }) => $match as Plain),
    ...(asked ? [hidden.seenFilter(asked)] : []),
  ];
  const seen: Plain = { ...value };
  if (filters.length > 0)
    seen.restrictSearchWithMatch = filters.length === 1 ? filters[0] : { $and: filters };
  for (const field of ['connectFromField', 'connectToField'])
    if (typeof value[field] === 'string') seen[field] = hidden.seen(value[field]);
  return [{ $graphLookup: seen }, ...hidden.stagesBelow(value.as as string)];
}

function unionWith(value: unknown, views: Views): unknown {
  const { coll, pipeline = [] } = (typeof value === 'string' ? { coll: value } : value) as {
    coll: string;
    pipeline?: Plain[];
  };
  const inner = fronted(coll, pipeline, views);
  return inner.length === 0 ? value : { coll, pipeline: inner };
}

const facet = (value: Plain, views: Views): Plain =>
  Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      (inner as Plain[]).flatMap((stage) => governed(stage, views)),
    ]),
  );
