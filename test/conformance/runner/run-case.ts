import { Int32, MongoServerError, type ClientSession, type Db, type Document } from 'mongodb';
import type { ConformanceCase, Expectation, Step } from './case-format.js';
import { diff, diffSubset, diffUnordered, show } from './match.js';
import { diffPlan } from './plan.js';

/** Every answer keeps its BSON types, as the comparison needs them. */
const RAW = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Where a case runs. */
export interface Place {
  db: Db;
  /** Name of the case's collection; others of the case begin with it. */
  collection: string;
  session: ClientSession;
}

/** Runs one case; resolves to what differs from the expectation, `undefined` when nothing does. */
export async function runCase(test: ConformanceCase, place: Place): Promise<string | undefined> {
  for (const command of preparation(test)) {
    const reply = await send(command, place);
    if (reply.failed || 'writeErrors' in reply.document) return `setting up: ${show(reply.document)}`;
  }
  let cursor: unknown;
  for (const [index, step] of steps(test).entries()) {
    const command = substitute(step.command, { $cursor: cursor }) as Document;
    const reply = await send(command, place);
    cursor = (reply.document.cursor as Document | undefined)?.id ?? cursor;
    const difference = diffReply(substitute(step, names(place)) as Step, reply);
    if (difference) return test.commands ? `command ${index}: ${difference}` : difference;
  }
  return diffContents(test, place);
}

/** The commands that a case's `documents`, `indexes` and `setup` stand for. */
function preparation(test: ConformanceCase): Document[] {
  const commands: Document[] = [...(test.setup ?? [])];
  if (test.indexes)
    commands.push({
      createIndexes: '$coll',
      indexes: test.indexes.map((index) => ({ name: indexName(index.key as Document), ...index })),
    });
  const documents = test.sequence
    ? sequence(test.sequence)
    : (test.documents ?? ('expression' in test ? [{ _id: 1 }] : []));
  // The driver's serializer holds 17 MB.
  const chunk = Math.ceil(8e6 / (8e3 + Number(test.sequence?.padding ?? 0)));
  for (let at = 0; at < documents.length; at += chunk)
    commands.push({ insert: '$coll', documents: documents.slice(at, at + chunk) });
  return commands;
}

function indexName(key: Document): string {
  return Object.entries(key)
    .map(([path, kind]) => `${path}_${String(kind)}`)
    .join('_');
}

function sequence({ count, padding }: { count: number; padding?: number }): Document[] {
  const s = padding === undefined ? {} : { s: 'x'.repeat(Number(padding)) };
  return Array.from({ length: Number(count) }, (_, i) => ({ _id: new Int32(i), n: new Int32(i), ...s }));
}

/** The commands that a case asks, with what each has to answer. */
function steps(test: ConformanceCase): Step[] {
  if (test.commands) return test.commands;
  const { result, returns, ids, unordered, error, writeError, plan, value, values } = test;
  const expectation: Expectation = { result, returns, ids, unordered, error, writeError, plan };
  const cursor = {};
  if (test.filter) {
    if (ids && !test.options?.sort) expectation.unordered = true;
    return [{ command: { find: '$coll', filter: test.filter, ...test.options }, ...expectation }];
  }
  if (test.pipeline)
    return [
      { command: { aggregate: '$coll', pipeline: test.pipeline, cursor, ...test.options }, ...expectation },
    ];
  if (test.update)
    return [{ command: { update: '$coll', updates: [test.update], ...test.options }, ...expectation }];
  if (test.command) return [{ command: test.command, ...expectation }];
  const pipeline = [{ $sort: { _id: 1 } }, { $replaceWith: { value: test.expression } }];
  if ('value' in test || values)
    expectation.returns = (values ?? [value]).map((one) => (isMissing(one) ? {} : { value: one }));
  return [{ command: { aggregate: '$coll', pipeline, cursor }, ...expectation }];
}

function isMissing(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '$$exists' in value && value.$$exists === false;
}

interface Reply {
  failed: boolean;
  document: Document;
}

async function send(command: Document, place: Place): Promise<Reply> {
  const named = substitute(command, names(place)) as Document;
  // Administrative commands say so by the database that they name, as in the shell's `adminCommand`.
  const { $db: database, ...body } = named;
  const db = typeof database === 'string' ? place.db.admin() : place.db;
  try {
    return { failed: false, document: await db.command(body, { session: place.session, ...RAW }) };
  } catch (error) {
    if (error instanceof MongoServerError) return { failed: true, document: error.errorResponse };
    throw error;
  }
}

function diffReply(step: Step, { failed, document }: Reply): string | undefined {
  if (step.error)
    return failed ? diffSubset(step.error, document) : `expected a failure, got ${show(document)}`;
  if (failed) return `failed: ${show(document)}`;
  const [writeError] = (document.writeErrors as unknown[] | undefined) ?? [];
  if (step.writeError) return diffSubset(step.writeError, writeError);
  if (writeError && !step.result?.writeErrors) return `write error: ${show(writeError)}`;
  return (
    (step.result && diffSubset(step.result, document)) ??
    diffBatch(step, document) ??
    (step.plan && diffPlan(step.plan, document))
  );
}

function diffBatch(step: Step, reply: Document): string | undefined {
  if (!step.returns && !step.ids) return undefined;
  const cursor = reply.cursor as Document | undefined;
  const batch = (cursor?.firstBatch ?? cursor?.nextBatch) as Document[] | undefined;
  if (!batch) return `expected a cursor, got ${show(reply)}`;
  const compare = step.unordered ? diffUnordered : diff;
  return (
    (step.returns && compare(step.returns, batch, 'batch')) ??
    (step.ids &&
      compare(
        step.ids,
        batch.map((document): unknown => document._id),
        'ids',
      ))
  );
}

async function diffContents(test: ConformanceCase, place: Place): Promise<string | undefined> {
  if (!test.after) return undefined;
  const { document } = await send({ find: '$coll', sort: { _id: 1 }, batchSize: 1000 }, place);
  const contents = (document.cursor as Document | undefined)?.firstBatch as unknown;
  return diff(substitute(test.after, names(place)), contents, 'after');
}

function names({ db, collection }: Place): Record<string, unknown> {
  return { $coll: collection, $db: db.databaseName };
}

/** Puts names and the last cursor in the place of `$coll`, `$db` and `$cursor` wherever they stand in text. */
function substitute(value: unknown, by: Record<string, unknown>): unknown {
  if (typeof value === 'string') {
    if (Object.hasOwn(by, value)) return by[value];
    return value.replace(/\$(coll|db)\b/g, (token) => (typeof by[token] === 'string' ? by[token] : token));
  }
  if (Array.isArray(value)) return value.map((element) => substitute(element, by));
  if (typeof value !== 'object' || value === null || '_bsontype' in value || value instanceof Date)
    return value;
  const document: Document = {};
  for (const [key, member] of Object.entries(value))
    Object.defineProperty(document, key, {
      value: substitute(member, by),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return document;
}
