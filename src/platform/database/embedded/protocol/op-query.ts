import { decode } from '../bson/codec.js';
import type { Document } from '../types.js';
import { OP_REPLY, ProtocolError, writeFrame, type Frame } from './frames.js';

/** A command in the form that drivers still use for their first hello. */
export interface LegacyQuery {
  requestId: number;
  database: string;
  command: Document;
}

/**
 * OP_QUERY: `[i32 flags][cstring database.$cmd][i32 skip][i32 count][document]`.
 *
 * @throws ProtocolError
 */
export function parseQuery({ requestId, body }: Frame): LegacyQuery {
  const nameEnd = body.indexOf(0, 4);
  const start = nameEnd + 1 + 8;
  if (nameEnd < 0 || start + 5 > body.length) throw new ProtocolError('The query is cut off');
  const length = body.readInt32LE(start);
  if (length < 5 || start + length > body.length) throw new ProtocolError('The query is cut off');
  const [database] = body.toString('utf8', 4, nameEnd).split('.', 1);
  return { requestId, database, command: decode(body.subarray(start, start + length)) };
}

/** OP_REPLY: `[i32 flags][i64 cursor][i32 from][i32 count][document]`. */
export function formatReply(requestId: number, responseTo: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(20);
  head.writeInt32LE(8, 0); // AwaitCapable, as every server sets it
  head.writeInt32LE(1, 16);
  return writeFrame(requestId, responseTo, OP_REPLY, head, body);
}
