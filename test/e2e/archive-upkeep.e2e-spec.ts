import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveSweep } from '../../src/services/archive/sweeping/archive-sweep.service.js';
import { Mover, Verifier } from '../../src/services/archive/index.js';
import { ARCHIVE, ArchiveClient, noise, type FileAnswer } from '../support/archive-client.js';
import { S3Server } from '../support/s3-server.js';
import { TestApp } from '../support/test-app.js';

interface StoredBlob {
  _id: string;
  driver: string;
  parts: { key: string; size: number }[];
}

describe('archive: upkeep', () => {
  let s3: S3Server;
  let app: TestApp;
  let archive: ArchiveClient;
  beforeAll(async () => {
    s3 = await S3Server.start();
    app = await TestApp.start({ env: { ...s3.env, ARCHIVE_GRACE: '1' } });
    archive = new ArchiveClient(app.client);
  });
  afterAll(async () => {
    await app?.stop();
    await s3?.stop();
  });

  const sweep = () => app.nest.get(ArchiveSweep, { strict: false });
  const blobs = () => app.db.collection<StoredBlob>('_ARCHIVE_BLOBS');
  const pathOf = async ({ sha256 }: FileAnswer) => {
    const blob = await blobs().findOne({ _id: sha256 });
    return join(app.directory, 'files', blob?.parts[0].key ?? 'none');
  };
  const later = () => new Date(Date.now() + 3_600_000);
  const remove = (file: FileAnswer) => app.client.delete(`${ARCHIVE}/${file._id}`);

  it('deletes bytes when the last of their files is gone, and not before', async () => {
    const [one, other] = [await archive.store('shared bytes'), await archive.store('shared bytes')];
    const path = await pathOf(one);
    await remove(one);
    await sweep().sweep(later());
    expect((await archive.download(other._id)).status).toBe(200);
    await remove(other);
    await blobs().updateOne({ _id: one.sha256 }, { $set: { held: new Date(0) } });
    await sweep().sweep();
    expect(await readdir(join(path, '..')).catch(() => [])).toEqual([]);
    expect(await blobs().findOne({ _id: one.sha256 })).toBeNull();
    const again = await archive.store('shared bytes');
    expect((await archive.download(again._id)).status).toBe(200);
  });

  it('keeps bytes that somebody is about to refer to', async () => {
    const file = await archive.store('held bytes');
    await remove(file);
    await sweep().sweep();
    // The upload still holds them for a minute: an equal one may be on its way.
    expect(await blobs().findOne({ _id: file.sha256 })).not.toBeNull();
  });

  it('deletes bytes that nothing names, once they are old', async () => {
    const file = await archive.store('named');
    const directory = join(await pathOf(file), '..');
    const [orphan, young] = ['orphan.00000000', 'young.00000000'].map((name) => join(directory, name));
    await Promise.all([writeFile(orphan, 'x'), writeFile(young, 'x')]);
    await utimes(orphan, new Date(0), new Date(0));
    await sweep().removeOrphans();
    expect((await readdir(directory)).sort()).toEqual(
      [(await pathOf(file)).split('/').at(-1), 'young.00000000'].sort(),
    );
    await rm(young);
  });

  it('leaves nothing of an upload that breaks off', async () => {
    const response = app.client.fetch(ARCHIVE, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    });
    expect((await response).status).toBe(400);
    expect(await readdir(join(app.directory, 'files/default/staging'))).toEqual([]);
  });

  it('moves files to another storage while they are served, and goes on where it was', async () => {
    const files = await Promise.all([1, 2, 3].map((n) => archive.store(noise(50_000, n))));
    const mover = app.nest.get(Mover, { strict: false });
    const moved = await mover.move('s3');
    expect(moved.moved).toBeGreaterThanOrEqual(3);
    expect(moved.moved).toBe(moved.total);
    expect(await blobs().countDocuments({ driver: { $ne: 's3' } })).toBe(0);
    for (const [index, file] of files.entries())
      expect((await archive.download(file._id)).bytes.equals(noise(50_000, index + 1))).toBe(true);
    expect(await mover.move('s3')).toMatchObject({ moved: 0, total: 0 });
    await sweep().sweep(later());
    expect(await blobs().countDocuments({ superseded: { $exists: true } })).toBe(0);
    await mover.move('gridfs');
    expect(
      (await archive.download(files[0]._id, { range: 'bytes=10-19' })).bytes.equals(
        noise(50_000, 1).subarray(10, 20),
      ),
    ).toBe(true);
    await mover.move('disk');
  });

  it('finds bytes that are missing or rotten', async () => {
    const verifier = app.nest.get(Verifier, { strict: false });
    expect((await verifier.verify()).findings).toEqual([]);
    const [rotten, missing] = [await archive.store('will rot'), await archive.store('will go')];
    await writeFile(await pathOf(rotten), 'is rotten');
    await rm(await pathOf(missing));
    const { findings, checked } = await verifier.verify();
    expect(checked).toBeGreaterThanOrEqual(2);
    expect(findings.map(({ problem, files }) => [problem, files]).sort()).toEqual([
      ['missing', [missing._id]],
      ['rotten', [rotten._id]],
    ]);
    expect((await archive.download(missing._id)).status).toBe(410);
  });
});

describe('archive: with ARCHIVE_DRIVER=s3', () => {
  it('keeps files in a bucket', async () => {
    const s3 = await S3Server.start();
    const app = await TestApp.start({ env: { ...s3.env, ARCHIVE_DRIVER: 's3' } });
    try {
      const archive = new ArchiveClient(app.client);
      const content = noise(12_000_000);
      const file = await archive.store(content);
      expect([...s3.objects.values()].map(({ bytes }) => bytes.length)).toEqual([12_000_000]);
      expect(
        (await archive.download(file._id, { range: 'bytes=9000000-9000009' })).bytes.equals(
          content.subarray(9_000_000, 9_000_010),
        ),
      ).toBe(true);
    } finally {
      await app.stop();
      await s3.stop();
    }
  });
});
