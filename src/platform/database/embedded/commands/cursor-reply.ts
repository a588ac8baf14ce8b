const OK_TAIL = Buffer.concat([
  Buffer.from([0x01]),
  Buffer.from('ok\0', 'latin1'),
  doubleOne(),
  Buffer.from([0]),
]);

/**
 * Encodes `{cursor: {<batch>: […], id, ns}, ok: 1}` around documents that are BSON already: what is stored goes out
 * byte by byte as it came in.
 */
export function encodeCursorReply(
  batchName: 'firstBatch' | 'nextBatch',
  documents: readonly Uint8Array[],
  id: bigint,
  namespace: string,
): Buffer {
  const keys = documents.map((_, i) => Buffer.from(`\x03${i}\0`, 'latin1'));
  let arrayBytes = 5;
  for (let i = 0; i < documents.length; i++) arrayBytes += keys[i].length + documents[i].length;
  const batchHead = Buffer.from(`\x04${batchName}\0`, 'latin1');
  const tail = cursorTail(id, namespace);
  const cursorBytes = 4 + batchHead.length + arrayBytes + tail.length;
  const cursorHead = Buffer.from('\x03cursor\0', 'latin1');
  const total = 4 + cursorHead.length + cursorBytes + OK_TAIL.length;

  const reply = Buffer.allocUnsafe(total);
  let at = reply.writeInt32LE(total, 0);
  const put = (bytes: Uint8Array): void => {
    reply.set(bytes, at);
    at += bytes.length;
  };
  put(cursorHead);
  at = reply.writeInt32LE(cursorBytes, at);
  put(batchHead);
  at = reply.writeInt32LE(arrayBytes, at);
  for (let i = 0; i < documents.length; i++) {
    put(keys[i]);
    put(documents[i]);
  }
  at = reply.writeUInt8(0, at);
  put(tail);
  put(OK_TAIL);
  return reply;
}

/** The fields of the cursor behind its batch, with the zero that ends it. */
function cursorTail(id: bigint, namespace: string): Buffer {
  const idField = Buffer.alloc(12);
  idField.write('\x12id\0', 0, 'latin1');
  idField.writeBigInt64LE(id, 4);
  const text = Buffer.from(namespace, 'utf8');
  const namespaceField = Buffer.alloc(4 + 4 + text.length + 1);
  namespaceField.write('\x02ns\0', 0, 'latin1');
  namespaceField.writeInt32LE(text.length + 1, 4);
  namespaceField.set(text, 8);
  return Buffer.concat([idField, namespaceField, Buffer.from([0])]);
}

function doubleOne(): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(1);
  return bytes;
}
