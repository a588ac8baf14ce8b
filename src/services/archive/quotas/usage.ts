/** What a project uses, in one document, so that it can be changed and compared in one step. */
export interface Usage {
  _id: 'usage';
  /** Bytes of all files, those included that share theirs. */
  bytes: number;
  files: number;
  /** Counts changes, so that a count of everything can tell whether it is still true. */
  version: number;
  /** What is under way. A note that is past its time is of a process that died. */
  notes?: Record<string, UsageNote>;
}

/** A change of the files that is counted, and not done; or the other way round. */
export interface UsageNote {
  bytes: number;
  until: Date;
  /** Whether it is room for an upload that goes on, and no file comes or goes for it now. */
  reserved?: boolean;
}
