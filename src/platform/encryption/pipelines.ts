import type { mongo } from 'mongoose';
import { isPlain, type Plain } from '../database/query/walk.js';
import type { CollectionEncryption } from './collection-encryption.js';
import { EncryptedPaths } from './encrypted-paths.js';
import { refuseReferences } from './expressions.js';
import { refuseUse } from './refusals.js';
import { STAGES } from './stages.js';

/** The encryption of every collection that a pipeline reads, by name; those without are absent. */
export type Encryptions = ReadonlyMap<string, CollectionEncryption>;

/** A pipeline as it is run, and what is to be done with the documents that come out. */
export interface SealedPipeline {
  stages: Plain[];
  open: (document: mongo.Document) => mongo.Document;
}

const NOTHING = new EncryptedPaths([]);

/** Stages that may follow after the `_id` was left out: they read nothing. */
const BLIND_STAGES: ReadonlySet<string> = new Set(['$limit', '$skip']);

/**
 * A pipeline as it is run: encrypted fields pass through it as they are, are looked for by their blind index, and are
 * decrypted at its end.
 *
 * @param pipeline checked, and with the rules in it
 * @throws CoglexError `query_refused` for a stage that would have to read an encrypted value
 */
export function sealedPipeline(
  collection: string,
  pipeline: readonly Plain[],
  encryptions: Encryptions,
): SealedPipeline {
  const flow = new Flow(encryptions.get(collection), encryptions);
  flow.addAll(pipeline);
  return { stages: flow.stages, open: (document) => flow.open(document) };
}

/** Documents on their way through a pipeline, and which of their fields are encrypted at the moment. */
export class Flow {
  readonly stages: Plain[] = [];
  private dropsId = false;
  private facets: ReadonlyMap<string, Flow> = new Map();

  constructor(
    readonly encryption: CollectionEncryption | undefined,
    readonly encryptions: Encryptions,
    public paths: EncryptedPaths = encryption?.paths ?? NOTHING,
  ) {}

  addAll(pipeline: readonly Plain[]): void {
    for (const stage of pipeline) this.add(stage);
  }

  /** A flow of the same documents. */
  branch(): Flow {
    return new Flow(this.encryption, this.encryptions, this.paths);
  }

  /** The stages of a pipeline over another collection, whose documents must come out without encrypted fields. */
  joined(collection: string, pipeline: readonly Plain[]): Plain[] {
    const flow = new Flow(this.encryptions.get(collection), this.encryptions);
    flow.addAll(pipeline);
    if (!flow.paths.isEmpty || flow.facets.size > 0)
      refuseUse(
        flow.paths.fields[0] ?? flow.encryption?.paths.fields[0],
        `a pipeline over ${collection} must leave it out, such as with $unset`,
      );
    return flow.stages;
  }

  /** The documents that follow are other ones. */
  forget(): void {
    this.paths = NOTHING;
  }

  /** The `_id` is needed until the end, and taken away then. */
  dropId(): void {
    this.dropsId = true;
  }

  /** The documents that follow are lists of documents. */
  split(facets: ReadonlyMap<string, Flow>): void {
    this.forget();
    const encrypted = [...facets].filter(([, flow]) => !flow.paths.isEmpty || flow.facets.size > 0);
    this.facets = new Map(encrypted);
  }

  open(document: mongo.Document): mongo.Document {
    let opened = document;
    if (this.encryption && !this.paths.isEmpty)
      opened = this.encryption.openFields(document, document._id, this.paths);
    for (const [name, flow] of this.facets)
      opened = { ...opened, [name]: (opened[name] as mongo.Document[]).map((each) => flow.open(each)) };
    if (!this.dropsId) return opened;
    const { _id: _, ...rest } = opened;
    return rest;
  }

  private add(stage: Plain): void {
    const [[operator, value]] = Object.entries(stage);
    const [field] = this.paths.fields;
    if (this.facets.size > 0)
      refuseUse([...this.facets.values()][0].encryption!.paths.fields[0], '$facet must be the last stage');
    if (this.dropsId && !BLIND_STAGES.has(operator))
      refuseUse(field, 'the _id can be left out in the end alone');
    const run = STAGES.get(operator);
    if (run) this.stages.push(...run(this, value, stage));
    else {
      refuseMention(value, this.paths);
      this.stages.push(stage);
    }
  }
}

/** Refuses a stage of which it is not known how it reads fields: an encrypted one must not be named in it. */
function refuseMention(value: unknown, paths: EncryptedPaths): void {
  if (paths.isEmpty) return;
  refuseReferences(value, paths);
  const refuse = (path: string) => {
    const contact = paths.contact(path);
    if (contact) refuseUse(contact.field, 'this stage cannot name it');
  };
  const visit = (part: unknown): void => {
    if (typeof part === 'string') refuse(part);
    else if (Array.isArray(part)) part.forEach(visit);
    else if (isPlain(part))
      for (const [key, member] of Object.entries(part)) {
        refuse(key);
        visit(member);
      }
  };
  visit(value);
}
