import { ObjectId } from 'bson';

/** bson's own constructor reads from an offset, which saves a copy of the twelve bytes. */
const ObjectIdAt: new (bytes: Uint8Array, offset: number) => ObjectId = ObjectId;

/** bson keeps an ObjectId as four 24-bit words; using them avoids making its twelve bytes. */
interface Words {
  readonly i0: number;
  readonly i1: number;
  readonly i2: number;
  readonly i3: number;
}

function hasWords(id: ObjectId): id is ObjectId & Words {
  return 'i3' in id;
}

export function readObjectId(bytes: Uint8Array, at: number): ObjectId {
  return new ObjectIdAt(bytes, at);
}

/** Writes the twelve bytes of an ObjectId. */
export function writeObjectId(id: ObjectId, target: Uint8Array, at: number): void {
  if (!hasWords(id)) {
    target.set(id.id, at);
    return;
  }
  writeWord(id.i0, target, at);
  writeWord(id.i1, target, at + 3);
  writeWord(id.i2, target, at + 6);
  writeWord(id.i3, target, at + 9);
}

function writeWord(word: number, target: Uint8Array, at: number): void {
  target[at] = word >> 16;
  target[at + 1] = word >> 8;
  target[at + 2] = word;
}

export function compareObjectIds(left: ObjectId, right: ObjectId): number {
  if (hasWords(left) && hasWords(right)) {
    return left.i0 - right.i0 || left.i1 - right.i1 || left.i2 - right.i2 || left.i3 - right.i3;
  }
  return Buffer.compare(left.id, right.id);
}
