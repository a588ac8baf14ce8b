import { deserialize, serialize } from 'bson';
import { open } from 'lmdb';
import { smallDocument } from './documents.ts';

/** The floor: the same documents as BSON in LMDB, read in this process without a server. */
export async function rawStore(
  directory: string,
  size: number,
): Promise<{ get(number: number): unknown; close(): Promise<void> }> {
  const store = open<Uint8Array, string>({
    path: directory,
    encoding: 'binary',
    keyEncoding: 'ordered-binary',
  });
  for (let from = 0; from < size; from += 10_000)
    await store.transaction(() => {
      for (let number = from; number < Math.min(from + 10_000, size); number += 1) {
        const document = smallDocument(number);
        void store.put(document._id, serialize(document));
      }
    });
  return {
    get(number) {
      const bytes = store.get(smallDocument(number)._id);
      return bytes && deserialize(bytes);
    },
    close: () => store.close(),
  };
}
