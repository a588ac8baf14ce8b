import { isPlain, type Plain } from '../database/query/walk.js';
import type { EncryptedPaths } from './encrypted-paths.js';
import { refuseReferences } from './expressions.js';
import { sealedFilter } from './filters.js';
import type { Flow } from './pipelines.js';
import { checkLevel, checkSortPaths } from './projections.js';
import { refuseUse } from './refusals.js';

/** Adds a stage to a flow. @returns the stages that are run for it */
type Run = (flow: Flow, value: unknown, stage: Plain) => Plain[];

const asIs: Run = (_flow, _value, stage) => [stage];

/** Makes new documents of what it computes. */
const reduce: Run = (flow, value, stage) => {
  refuseReferences(value, flow.paths);
  flow.forget();
  return [stage];
};

/** Stages, by how they treat encrypted fields. Any other may not name one. */
export const STAGES: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['$addFields', set],
  ['$bucket', reduce],
  ['$bucketAuto', reduce],
  ['$count', reduce],
  ['$facet', facet],
  ['$graphLookup', graphLookup],
  ['$group', reduce],
  ['$limit', asIs],
  ['$lookup', lookup],
  ['$match', match],
  ['$project', project],
  ['$redact', redact],
  ['$replaceRoot', reduce],
  ['$replaceWith', reduce],
  ['$sample', asIs],
  ['$set', set],
  ['$skip', asIs],
  ['$sort', sort],
  ['$sortByCount', reduce],
  ['$unionWith', unionWith],
  ['$unset', unset],
  ['$unwind', unwind],
]);

function match(flow: Flow, value: unknown, stage: Plain): Plain[] {
  if (!flow.encryption || flow.paths.isEmpty) return [stage];
  return [{ $match: sealedFilter(value as Plain, flow.paths, flow.encryption.sealer) }];
}

function sort(flow: Flow, value: unknown, stage: Plain): Plain[] {
  checkSortPaths(value as Plain, flow.paths);
  return [stage];
}

function set(flow: Flow, value: unknown, stage: Plain): Plain[] {
  for (const [path, expression] of Object.entries(value as Plain)) {
    refuseContact(path, flow.paths);
    if (path === '_id' || path.startsWith('_id.')) refuseAll(flow.paths, 'the _id must stay beside it');
    refuseReferences(expression, flow.paths);
  }
  return [stage];
}

function unset(flow: Flow, value: unknown, stage: Plain): Plain[] {
  const names = (Array.isArray(value) ? value : [value]) as string[];
  for (const path of names) {
    const contact = flow.paths.contact(path);
    if (contact?.lies === 'inside') refuseUse(contact.field, 'it can be left out as a whole alone');
    flow.paths = flow.paths.without(path);
  }
  if (flow.paths.isEmpty || !names.some((path) => path === '_id' || path.startsWith('_id.'))) return [stage];
  flow.dropId();
  const others = names.filter((path) => path !== '_id');
  return others.length > 0 ? [{ $unset: others }] : [];
}

function project(flow: Flow, value: unknown, stage: Plain): Plain[] {
  if (flow.paths.isEmpty) return [stage];
  const { _id: id, ...fields } = value as Plain;
  checkLevel(fields, '', flow.paths);
  const choices = leavesOf(fields);
  const excluded = choices.filter(([, choice]) => choice === 0 || choice === false);
  if (excluded.length > 0 || choices.length === 0) {
    for (const [path] of excluded) flow.paths = flow.paths.without(path);
  } else {
    const kept = flow.paths.fields.filter(({ path }) =>
      choices.some(([chosen]) => path === chosen || path.startsWith(`${chosen}.`)),
    );
    let { paths } = flow;
    for (const field of flow.paths.fields) if (!kept.includes(field)) paths = paths.without(field.path);
    flow.paths = paths;
  }
  const isWhole = !Object.hasOwn(value as Plain, '_id') || id === 1 || id === true;
  if (flow.paths.isEmpty || isWhole) return [stage];
  if (id !== 0 && id !== false) refuseAll(flow.paths, 'the _id must stay beside it');
  flow.dropId();
  return choices.length > 0 ? [{ $project: fields }] : [];
}

/** The choices of a projection by their whole paths. */
function leavesOf(fields: Plain, prefix = ''): [string, unknown][] {
  return Object.entries(fields).flatMap(([name, choice]): [string, unknown][] => {
    const path = `${prefix}${name}`;
    const isNested = isPlain(choice) && !Object.keys(choice).some((key) => key.startsWith('$'));
    return isNested ? leavesOf(choice, `${path}.`) : [[path, choice]];
  });
}

function unwind(flow: Flow, value: unknown, stage: Plain): Plain[] {
  const { path, includeArrayIndex: index } = (isPlain(value) ? value : { path: value }) as Record<
    string,
    string
  >;
  refuseContact(path.slice(1), flow.paths);
  if (index !== undefined) refuseContact(index, flow.paths);
  return [stage];
}

function facet(flow: Flow, value: unknown): Plain[] {
  const facets = new Map(
    Object.entries(value as Plain).map(([name, pipeline]) => {
      const branch = flow.branch();
      branch.addAll(pipeline as Plain[]);
      return [name, branch] as const;
    }),
  );
  flow.split(facets);
  return [{ $facet: Object.fromEntries([...facets].map(([name, { stages }]) => [name, stages])) }];
}

function lookup(flow: Flow, value: unknown): Plain[] {
  const { from, localField, foreignField, as, pipeline, ...rest } = value as Plain & {
    from: string;
    as: string;
    pipeline?: Plain[];
  };
  refuseReferences(rest.let, flow.paths);
  if (typeof localField === 'string') refuseContact(localField, flow.paths);
  refuseContact(as, flow.paths);
  const other = flow.encryptions.get(from);
  if (typeof foreignField === 'string' && other) refuseContact(foreignField, other.paths);
  const inner = flow.joined(from, pipeline ?? []);
  return [{ $lookup: pipeline === undefined ? value : { ...(value as Plain), pipeline: inner } }];
}

function graphLookup(flow: Flow, value: unknown, stage: Plain): Plain[] {
  const { from, startWith, as } = value as { from: string; startWith: unknown; as: string };
  refuseReferences(startWith, flow.paths);
  refuseContact(as, flow.paths);
  flow.joined(from, []);
  return [stage];
}

function unionWith(flow: Flow, value: unknown): Plain[] {
  refuseAll(flow.paths, 'documents of another collection cannot stand beside it; leave it out before');
  if (typeof value === 'string') {
    flow.joined(value, []);
    return [{ $unionWith: value }];
  }
  const { coll, pipeline } = value as { coll: string; pipeline?: Plain[] };
  const inner = flow.joined(coll, pipeline ?? []);
  return [{ $unionWith: pipeline ? { coll, pipeline: inner } : { coll } }];
}

/** It looks into every document that is in the document, by names that are the same in all of them. */
function redact(flow: Flow, _value: unknown, stage: Plain): Plain[] {
  refuseAll(flow.paths, '$redact would look into it');
  return [stage];
}

function refuseContact(path: string, paths: EncryptedPaths): void {
  const contact = paths.contact(path);
  if (contact) refuseUse(contact.field, 'this stage cannot name it');
}

function refuseAll(paths: EncryptedPaths, message: string): void {
  if (!paths.isEmpty) refuseUse(paths.fields[0], message);
}
