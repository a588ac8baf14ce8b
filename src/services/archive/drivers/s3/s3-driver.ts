import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import {
  MissingBytesError,
  type ByteRange,
  type FileDriver,
  type StagedBytes,
  type StoredBytes,
} from '../file-driver.js';
import { putObject } from './put-object.js';
import { S3Line } from './s3-line.js';

/** Where a bucket is, and who may use it. */
export interface S3Place {
  bucket: string;
  client: S3ClientConfig;
  /** Stands around every command of the client. */
  observe?: <T>(command: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * Objects in a bucket: `<project>/<random>`. An object is whole or not there at all, so that it is written where it
 * stays; until the ledger names it nobody can read it.
 */
export class S3Driver implements FileDriver {
  private readonly line: S3Line;
  private readonly bucket: string;

  constructor({ bucket, client, observe }: S3Place) {
    this.bucket = bucket;
    const s3 = new S3Client({
      // What compatible servers understand, and no more: checksums of our own are kept beside the bytes.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      forcePathStyle: true,
      maxAttempts: 4,
      requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000 },
      ...client,
    });
    if (observe)
      s3.middlewareStack.add(
        (next, { commandName = 'unknown' }) =>
          (command) =>
            observe(commandName.replace(/Command$/, ''), () => next(command)),
        { step: 'initialize', name: 'observe' },
      );
    this.line = new S3Line(s3, bucket);
  }

  async stage(project: string, bytes: Readable): Promise<StagedBytes> {
    const key = `${project}/${Date.now().toString(36)}-${randomBytes(12).toString('hex')}`;
    await putObject(this.line, { Bucket: this.bucket, Key: key }, bytes);
    return { keep: () => Promise.resolve(key), discard: () => this.delete(key) };
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    try {
      const { Body } = await this.line.send(new GetObjectCommand({ Bucket: this.bucket, Key: key, Range }));
      return Body as Readable;
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NoSuchKey') throw new MissingBytesError(key);
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.line.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }

  async *list(project: string): AsyncIterable<StoredBytes> {
    let ContinuationToken: string | undefined;
    do {
      const page = await this.line.send(
        new ListObjectsV2Command({ Bucket: this.bucket, Prefix: `${project}/`, ContinuationToken }),
      );
      for (const { Key, Size = 0, LastModified } of page.Contents ?? [])
        if (Key && LastModified) yield { key: Key, size: Size, modified: LastModified };
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  async sweep(project: string, before: Date): Promise<void> {
    const { Uploads = [] } = await this.line.send(
      new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: `${project}/` }),
    );
    for (const { Key, UploadId, Initiated } of Uploads)
      if (Initiated && Initiated < before)
        await this.line.send(new AbortMultipartUploadCommand({ Bucket: this.bucket, Key, UploadId }));
  }

  async check(abortSignal: AbortSignal): Promise<void> {
    await this.line.send(new ListObjectsV2Command({ Bucket: this.bucket, MaxKeys: 1 }), abortSignal);
  }

  async close(): Promise<void> {
    this.line.close();
    return Promise.resolve();
  }
}
