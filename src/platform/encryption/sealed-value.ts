import { mongo } from 'mongoose';

/*
 * An encrypted value stands in its document as `{_sealed: <binary>, _blind: <binary or list of them>}`. The binaries
 * have subtypes of the user-defined range that callers cannot send, so that nothing a caller writes can pass for one.
 */

/** Subtype of what is encrypted. */
export const SEALED_SUBTYPE = 0xec;

/** Subtype of blind indexes. */
export const BLIND_SUBTYPE = 0xed;

/** Name of the member by which a value is found; indexes and queries lead there. */
export const BLIND = '_blind';

const SEALED = '_sealed';

/** An encrypted value as it is stored. */
export interface SealedValue {
  _sealed: mongo.Binary;
  /** What the value and, if it is a list, its elements are found by; absent without an index. */
  _blind?: mongo.Binary | mongo.Binary[];
}

/** Whether a stored value is an encrypted one. */
export function isSealed(value: unknown): value is SealedValue {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, SEALED)) return false;
  const { _sealed: sealed } = value as { _sealed: unknown };
  return isBinary(sealed) && sealed.sub_type === SEALED_SUBTYPE;
}

/** Of whichever copy of the library: the driver and the engine have one each. */
function isBinary(value: unknown): value is mongo.Binary {
  if (typeof value !== 'object' || value === null) return false;
  return (
    Object.getPrototypeOf(value) !== Object.prototype &&
    (value as { _bsontype?: unknown })._bsontype === 'Binary'
  );
}

/** The bytes of a stored binary. */
export const bytesOf = (binary: mongo.Binary): Uint8Array => binary.buffer.subarray(0, binary.position);

/** The form in which a value is stored. @param blind what it is found by; several for a list, or for several keys */
export function sealedValue(sealed: Uint8Array, blind: readonly Uint8Array[] | undefined): SealedValue {
  const value: SealedValue = { _sealed: new mongo.Binary(sealed, SEALED_SUBTYPE) };
  if (blind) {
    const binaries = blind.map((token) => new mongo.Binary(token, BLIND_SUBTYPE));
    value._blind = binaries.length === 1 ? binaries[0] : binaries;
  }
  return value;
}

/** The blind indexes of a stored value, in its order. */
export function blindOf({ _blind: blind }: SealedValue): Uint8Array[] {
  if (blind === undefined) return [];
  return (Array.isArray(blind) ? blind : [blind]).map(bytesOf);
}
