import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { S3Line } from './s3-line.js';

interface Place {
  Bucket: string;
  Key: string;
}

const MB = 1024 ** 2;

/** Most parts of one object. */
const MAX_PARTS = 10_000;

/** Writes a stream of unknown length: one request when it is short, otherwise in parts, one in memory at a time. */
export async function putObject(line: S3Line, place: Place, bytes: Readable): Promise<void> {
  const pieces = piecesOf(bytes);
  const first = (await pieces.next()).value ?? Buffer.alloc(0);
  const second = await pieces.next();
  if (second.done) await line.send(new PutObjectCommand({ ...place, Body: first }));
  else await putParts(line, place, [first, second.value], pieces);
}

async function putParts(line: S3Line, place: Place, begun: Buffer[], rest: AsyncGenerator<Buffer, void>) {
  const { UploadId } = await line.send(new CreateMultipartUploadCommand(place));
  const upload = { ...place, UploadId };
  const Parts: CompletedPart[] = [];
  const put = async (Body: Buffer) => {
    const PartNumber = Parts.length + 1;
    const { ETag } = await line.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
    Parts.push({ ETag, PartNumber });
  };
  try {
    for (const piece of begun) await put(piece);
    for await (const piece of rest) await put(piece);
    await line.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    await line.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

/** Pieces of 8 MB, and later larger ones, so that the largest object has no more parts than it may. */
async function* piecesOf(bytes: Readable): AsyncGenerator<Buffer, void> {
  let chunks: Buffer[] = [];
  let length = 0;
  let count = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < (count < MAX_PARTS / 2 ? 8 : 64) * MB) continue;
    yield Buffer.concat(chunks);
    [chunks, length] = [[], 0];
    count += 1;
  }
  if (length > 0) yield Buffer.concat(chunks);
}
