/** What is declared of an encrypted field. */
export interface DeclaredEncryption {
  /** Whether it can be searched for equal values. */
  index?: boolean;
}

/**
 * How far the stored documents are: `sealing` while some may hold the field in plain text, `sealed` when none does,
 * `opening` after the field was taken out of the declaration, while some may still hold it encrypted.
 */
export type Phase = 'sealing' | 'sealed' | 'opening';

/** An encrypted field, and how far it is. */
export interface EncryptedField {
  /** Dotted, without places in lists. */
  path: string;
  index: boolean;
  phase: Phase;
  /** Whether every value that is encrypted already has its blind index. */
  blind: boolean;
}

/** A walk through all documents of a collection, which survives the process that does it. */
export interface Pass {
  /** Another one for each pass. */
  id: string;
  started: Date;
  /** Key that it encrypts with. */
  key: string;
  /** Documents that there were at the start. */
  total: number;
  done: number;
  changed: number;
  /** Documents that could neither be read nor written. */
  failed: number;
  /** Ids of keys that were noted when it began. */
  known: string[];
  /** Ids of keys that were found. */
  keys: string[];
  /** `_id` of the last document that was looked at. */
  position?: string;
  /** Whether it came to the end, and another is to look whether all is done. */
  complete?: boolean;
}

/** The state of encryption of one collection; kept with its declaration, and longer than that. */
export interface StoredEncryption {
  fields: EncryptedField[];
  /** Ids of the keys that stored values may need. */
  keys: string[];
  /** Another one whenever something else is wanted; a pass for the last one is given up. */
  wanted: string;
  /** When that was. */
  since: Date;
  /** Whether there is work to do. */
  pending: boolean;
  pass?: Pass;
  /** Documents of the last complete pass. */
  total?: number;
  failed?: number;
  finished?: Date;
}

/** What becomes of the fields when something else is declared. */
export function nextFields(
  before: readonly EncryptedField[],
  declared: Readonly<Record<string, DeclaredEncryption>>,
): EncryptedField[] {
  const known = new Map(before.map((field) => [field.path, field]));
  const next = Object.entries(declared).map(([path, { index = false }]): EncryptedField => {
    const field = known.get(path);
    known.delete(path);
    if (!field) return { path, index, phase: 'sealing', blind: index };
    if (field.phase === 'sealed' && field.index === index) return field;
    return { path, index, phase: 'sealing', blind: index && field.blind };
  });
  return [...next, ...[...known.values()].map((field) => ({ ...field, phase: 'opening' as const }))];
}

/** The fields after a pass that found nothing to do. */
export const settledFields = (fields: readonly EncryptedField[]): EncryptedField[] =>
  fields
    .filter(({ phase }) => phase !== 'opening')
    .map((field) => ({ ...field, phase: 'sealed', blind: field.index }));

/** Whether documents may be in a state that the declaration does not want. */
export const isUnsettled = (fields: readonly EncryptedField[]): boolean =>
  fields.some(({ phase }) => phase !== 'sealed');

/** How far the documents are, for those who ask. */
export interface EncryptionProgress {
  status: 'running' | 'done' | 'failed';
  fields: Record<string, Phase>;
  done: number;
  left: number;
  failed: number;
}

/** What is told of a state. */
export function progressOf({
  fields,
  pending,
  pass,
  total = 0,
  failed = 0,
}: StoredEncryption): EncryptionProgress {
  const isRunning = pending && pass !== undefined;
  const done = isRunning ? Math.min(pass.done, pass.total) : pending ? 0 : total - failed;
  return {
    status: pending ? 'running' : failed > 0 ? 'failed' : 'done',
    fields: Object.fromEntries(fields.map(({ path, phase }) => [path, phase])),
    done,
    left: isRunning ? pass.total - done : pending ? total : 0,
    failed: isRunning ? pass.failed : failed,
  };
}
