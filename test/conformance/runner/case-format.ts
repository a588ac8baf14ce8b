import type { Document } from 'mongodb';

/** What a server must be or do for a case to say anything about it. */
export const REQUIREMENTS = {
  standalone: 'is true of a standalone server only',
  fullServer: 'uses a feature that the embedded engine refuses by name',
  linearRegex: 'needs a regular expression engine that runs in linear time',
} as const;

export type Requirement = keyof typeof REQUIREMENTS;

/** What must be true of one answer; every member that is given is asserted. */
export interface Expectation {
  /** Members of the reply. Members that are not named may be there too. */
  result?: Document;
  /** The documents of the cursor's batch, whole and in this order (see {@link Expectation.unordered}). */
  returns?: unknown[];
  /** The `_id`s of the cursor's batch. */
  ids?: unknown[];
  /** The order of {@link Expectation.returns} and {@link Expectation.ids} does not matter. */
  unordered?: true;
  /** The command fails; members of the failure, `code` among them. */
  error?: Document;
  /** The command succeeds and its first write error has these members. */
  writeError?: Document;
  /** What an `explain` tells. */
  plan?: PlanExpectation;
}

/** Of the winning plan and its execution, whatever the shape in which the server nests them. */
export interface PlanExpectation {
  /** Stages that the plan has; `A|B` accepts either. */
  stages?: string[];
  /** Stages that the plan must not have. */
  without?: string[];
  /** The index that the plan scans, or all of them. */
  index?: string | string[];
  direction?: 'forward' | 'backward';
  multikey?: boolean;
  keysExamined?: number;
  docsExamined?: number;
  returned?: number;
}

/** One command and its answer, in a case that takes several. */
export interface Step extends Expectation {
  command: Document;
}

/** How a case asks; exactly one of these members is given, beside `options` for the first three. */
export interface Question {
  /** `find` with this filter. */
  filter?: Document;
  /** `aggregate` with these stages. */
  pipeline?: unknown[];
  /** Further members of the command of a `filter`, `pipeline` or `update`. */
  options?: Document;
  /** `update` with this one statement: `q`, `u` and so on. */
  update?: Document;
  /** An aggregation expression over each document; over a document with only `_id` when the case has none. */
  expression?: unknown;
  command?: Document;
  commands?: Step[];
}

/** One case of the corpus, as a file holds it. */
export interface ConformanceCase extends Question, Expectation {
  name: string;
  /** Why MongoDB answers so, where the manual's reader could wonder. */
  why?: string;
  requires?: Requirement[];
  /** What the collection holds before; the file's own `documents` when left out. */
  documents?: Document[];
  /** Fills the collection with `{_id: i, n: i}` from 0, with a field `s` of `padding` characters if set. */
  sequence?: { count: number; padding?: number };
  /** Indexes of the collection; a name that is left out is made of the key, as drivers do. */
  indexes?: Document[];
  /** Commands that run before and must succeed. */
  setup?: Document[];
  /** Runs in a database of its own, for commands that count or drop everything. */
  ownDatabase?: true;
  /** Value of the {@link Question.expression} for the only document. */
  value?: unknown;
  /** Values of the {@link Question.expression}, one for each document. */
  values?: unknown[];
  /** Everything that the collection holds afterwards, by `_id`. */
  after?: unknown[];
}

/** A file of the corpus: cases on one topic. */
export interface CaseFile {
  topic: string;
  documents?: Document[];
  cases: ConformanceCase[];
}
