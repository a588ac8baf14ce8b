import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { mongo } from 'mongoose';
import {
  MissingBytesError,
  type ByteRange,
  type FileDriver,
  type StagedBytes,
  type StoredBytes,
} from '../file-driver.js';

/** Collections `_ARCHIVE_BYTES.files` and `.chunks`; the `_` closes them to callers. */
const BUCKET = '_ARCHIVE_BYTES';

/** Bytes of one chunk: few round trips, and far from the largest document. */
const CHUNK = 1024 * 1024;

interface Entry extends mongo.Document {
  _id: mongo.ObjectId;
  filename: string;
  length: number;
  uploadDate: Date;
  /** Absent while the bytes are only staged. */
  metadata?: { key?: string };
}

/** Bytes in the database of their project (GridFS): what every instance and every backup of the database has. */
export class GridFsDriver implements FileDriver {
  /** @param databaseOf the database of a project */
  constructor(private readonly databaseOf: (project: string) => mongo.Db) {}

  async stage(project: string, bytes: Readable): Promise<StagedBytes> {
    const upload = this.bucket(project).openUploadStream('staged', { chunkSizeBytes: CHUNK });
    try {
      await pipeline(bytes, upload);
    } catch (error) {
      await this.remove(project, upload.id);
      throw error;
    }
    return {
      discard: () => this.remove(project, upload.id),
      keep: async (name) => {
        const key = `${project}/${name}.${randomBytes(4).toString('hex')}`;
        await this.entries(project).updateOne(
          { _id: upload.id },
          { $set: { filename: key, metadata: { key } } },
        );
        return key;
      },
    };
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const entry = await this.find(key);
    if (!entry) throw new MissingBytesError(key);
    const end = range && Math.min(range.end + 1, entry.length);
    return this.bucket(projectOf(key)).openDownloadStream(entry._id, range && { start: range.start, end });
  }

  async delete(key: string): Promise<void> {
    const entry = await this.find(key);
    if (entry) await this.remove(projectOf(key), entry._id);
  }

  async *list(project: string): AsyncIterable<StoredBytes> {
    for await (const entry of this.entries(project).find({ 'metadata.key': { $exists: true } }))
      yield { key: entry.filename, size: entry.length, modified: entry.uploadDate };
  }

  /** The entry is written last: chunks without one are what an upload has left that did not come to its end. */
  async sweep(project: string, before: Date): Promise<void> {
    const staged = { uploadDate: { $lt: before }, 'metadata.key': { $exists: false } };
    for await (const entry of this.entries(project).find(staged)) await this.remove(project, entry._id);
    const oldest = mongo.ObjectId.createFromTime(before.getTime() / 1000);
    // The id of a file tells when it was begun.
    const begun = this.chunks(project).find(
      { n: 0, files_id: { $lt: oldest } },
      { projection: { files_id: 1 } },
    );
    for await (const { files_id: id } of begun)
      if (!(await this.entries(project).findOne({ _id: id })))
        await this.chunks(project).deleteMany({ files_id: id });
  }

  private find(key: string): Promise<Entry | null> {
    return this.entries(projectOf(key)).findOne({ filename: key });
  }

  private async remove(project: string, id: mongo.ObjectId): Promise<void> {
    await this.entries(project).deleteOne({ _id: id });
    await this.chunks(project).deleteMany({ files_id: id });
  }

  private bucket(project: string): mongo.GridFSBucket {
    return new mongo.GridFSBucket(this.databaseOf(project), { bucketName: BUCKET });
  }

  private entries(project: string): mongo.Collection<Entry> {
    return this.databaseOf(project).collection<Entry>(`${BUCKET}.files`);
  }

  private chunks(project: string): mongo.Collection<{ files_id: mongo.ObjectId; n: number }> {
    return this.databaseOf(project).collection(`${BUCKET}.chunks`);
  }
}

const projectOf = (key: string) => key.split('/', 1)[0];
