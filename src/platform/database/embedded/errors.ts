/**
 * Server error codes that this engine answers with, named as MongoDB 7 names them.
 * Source: mongodb `src/mongo/base/error_codes.yml`.
 */
export const ERROR_CODES = {
  InternalError: 1,
  BadValue: 2,
  GraphContainsCycle: 5,
  HostUnreachable: 6,
  FailedToParse: 9,
  CannotMutateObject: 10,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  InvalidBSON: 22,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  CannotBackfillArray: 34,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  DottedFieldName: 57,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  IndexAlreadyExists: 68,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  NetworkTimeout: 89,
  CommandNotSupported: 115,
  DocumentValidationFailure: 121,
  NotAReplicaSet: 123,
  ExceededMemoryLimit: 146,
  ConflictingServerRuntime: 148,
  InvalidPipelineOperator: 168,
  QueryPlanKilled: 175,
  CannotIndexParallelArrays: 171,
  NoQueryExecutionPlans: 291,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  InvalidIndexSpecificationOption: 197,
  ConversionFailure: 241,
  ClientDisconnect: 279,
  BSONObjectTooLarge: 10334,
  OutOfDiskSpace: 14031,
  DataCorruptionDetected: 296,
  MaxSubPipelineDepthExceeded: 325,
  KeyTooLong: 17280,
  Interrupted: 11601,
  DuplicateKey: 11000,
  MergeStageNoMatchingDocument: 13113,
  CursorInUse: 12051,
  DatabaseDifferCase: 13297,
  UnsupportedOpQueryCommand: 352,
  UnknownField: 40415,
} as const;

export type ErrorCodeName = keyof typeof ERROR_CODES;

/**
 * An error that a client receives as `{ok: 0, code, codeName, errmsg}` (or inside `writeErrors`).
 *
 * Most come from {@link ERROR_CODES}; expression and parser errors of MongoDB have numeric codes without
 * a public name and carry `Location<code>` as theirs.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  readonly codeName: string;

  /**
   * @param code a name from {@link ERROR_CODES}, or MongoDB's numeric `Location` code
   * @param extra further fields of the answer, such as `keyPattern` and `keyValue` of a duplicate key
   */
  constructor(
    code: ErrorCodeName | number,
    message: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
    this.code = typeof code === 'number' ? code : ERROR_CODES[code];
    this.codeName = typeof code === 'number' ? `Location${code}` : code;
  }
}
