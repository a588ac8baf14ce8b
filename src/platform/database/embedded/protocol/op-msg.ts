import { decode } from '../bson/codec.js';
import type { Document } from '../types.js';
import { crc32c } from './crc32c.js';
import { OP_MSG, ProtocolError, writeFrame, type Frame } from './frames.js';

const CHECKSUM_PRESENT = 1 << 0;
const MORE_TO_COME = 1 << 1;
/** Of the lower half of the flags, unknown ones are an error; of the upper half they are ignored. */
const REQUIRED_FLAGS = 0xffff;

const BODY_SECTION = 0;
const SEQUENCE_SECTION = 1;
const SMALLEST_DOCUMENT = 5;

/** A command as it arrives. */
export interface CommandMessage {
  requestId: number;
  command: Document;
  /** Documents of the sections beside the body, such as an insert's; each is BSON. */
  sequences: Map<string, Buffer[]>;
  /** The client does not wait for an answer. */
  moreToCome: boolean;
}

/** @throws ProtocolError, or bson's error for a malformed document */
export function parseMessage(frame: Frame): CommandMessage {
  const { body } = frame;
  if (body.length < 4) throw new ProtocolError('The message has no flags');
  const flags = body.readUInt32LE(0);
  if (flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME))
    throw new ProtocolError(`The message has unknown flags ${flags}`);
  const end = flags & CHECKSUM_PRESENT ? checkChecksum(frame) : body.length;
  const sections = parseSections(body.subarray(4, end));
  if (!sections.body) throw new ProtocolError('The message has no body section');
  return {
    requestId: frame.requestId,
    command: decode(sections.body),
    sequences: sections.sequences,
    moreToCome: (flags & MORE_TO_COME) !== 0,
  };
}

/** The answer to a command. */
export function formatMessage(requestId: number, responseTo: number, body: Uint8Array): Buffer {
  // Flags and the kind of the only section are zeros.
  return writeFrame(requestId, responseTo, OP_MSG, Buffer.alloc(5), body);
}

/** @returns where the sections end */
function checkChecksum({ bytes, body }: Frame): number {
  const end = body.length - 4;
  if (end < 4) throw new ProtocolError('The message has no checksum');
  if (body.readUInt32LE(end) !== crc32c(bytes.subarray(0, -4)))
    throw new ProtocolError('The checksum is wrong');
  return end;
}

function parseSections(bytes: Buffer): { body?: Buffer; sequences: Map<string, Buffer[]> } {
  let body: Buffer | undefined;
  const sequences = new Map<string, Buffer[]>();
  let offset = 0;
  while (offset < bytes.length) {
    const kind = bytes[offset++];
    const length = readLength(bytes, offset);
    const section = bytes.subarray(offset, offset + length);
    offset += length;
    if (kind === BODY_SECTION) {
      if (body) throw new ProtocolError('The message has two body sections');
      body = section;
    } else if (kind === SEQUENCE_SECTION) {
      const { name, documents } = parseSequence(section);
      if (sequences.has(name)) throw new ProtocolError(`The message has two sections named ${name}`);
      sequences.set(name, documents);
    } else throw new ProtocolError(`The message has a section of unknown kind ${kind}`);
  }
  return { body, sequences };
}

function parseSequence(section: Buffer): { name: string; documents: Buffer[] } {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd < 0) throw new ProtocolError('A section has no name');
  const documents: Buffer[] = [];
  for (let offset = nameEnd + 1; offset < section.length;) {
    const length = readLength(section, offset);
    documents.push(section.subarray(offset, offset + length));
    offset += length;
  }
  return { name: section.toString('utf8', 4, nameEnd), documents };
}

/** The length that a document or a section begins with, which must lie within the bytes. */
function readLength(bytes: Buffer, offset: number): number {
  if (offset + 4 > bytes.length) throw new ProtocolError('The message is cut off');
  const length = bytes.readInt32LE(offset);
  if (length < SMALLEST_DOCUMENT || offset + length > bytes.length)
    throw new ProtocolError('The message is cut off');
  return length;
}
