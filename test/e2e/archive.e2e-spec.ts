import { createHash } from 'node:crypto';
import type { Problem } from '../support/api-client.js';
import { ARCHIVE, ArchiveClient, noise, PNG, type FileAnswer } from '../support/archive-client.js';
import { TestApp } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('archive: files', () => {
  let app: TestApp;
  let archive: ArchiveClient;
  beforeAll(async () => {
    app = await TestApp.start();
    archive = new ArchiveClient(app.client);
  });
  afterAll(() => app?.stop());

  it('keeps a file, and gives it back as it was', async () => {
    const content = noise(300_000);
    const { status, body: file } = await archive.upload(content, {
      filename: 'notes.bin',
      metadata: { category: 'documents', tags: ['a'] },
    });
    expect(status).toBe(201);
    expect(file).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      filename: 'notes.bin',
      mimetype: 'application/octet-stream',
      size: 300_000,
      sha256: sha256(content),
      uploaded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      owner: null,
      metadata: { category: 'documents', tags: ['a'] },
      filepath: `${ARCHIVE}/${file._id}`,
    });
    const answer = await archive.download(file.filepath);
    expect(answer.status).toBe(200);
    expect(answer.bytes.equals(content)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '300000',
      'content-disposition': 'attachment; filename="notes.bin"',
      etag: `"${file.sha256}"`,
      'last-modified': new Date(file.uploaded_at).toUTCString(),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers HEAD with the same headers, and no bytes', async () => {
    const file = await archive.store(noise(1000));
    const head = await archive.download(file._id, {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe('1000');
    expect(head.headers.get('etag')).toBe(`"${file.sha256}"`);
    expect(head.bytes).toHaveLength(0);
  });

  it('finds out what a file is, whatever the client says', async () => {
    const picture = await archive.store(PNG, { filename: 'letter.pdf', type: 'application/pdf' });
    expect(picture.mimetype).toBe('image/png');
    const text = await archive.store('plain words', { filename: 'photo.png', type: 'image/png' });
    expect(text.mimetype).toBe('text/plain');
    expect((await archive.store('a,b\n1,2\n', { filename: 'table.csv' })).mimetype).toBe('text/csv');
    expect((await archive.store('', { filename: 'empty' })).mimetype).toBe('text/plain');
  });

  it('keeps an empty file', async () => {
    const file = await archive.store('', { filename: 'empty.txt' });
    expect(file).toMatchObject({ size: 0, sha256: sha256(new Uint8Array()) });
    expect(await archive.download(file._id)).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
  });

  it('keeps files of equal names and of equal bytes apart', async () => {
    const [one, same, other] = await Promise.all([
      archive.store('the same bytes', { filename: 'twin.txt' }),
      archive.store('the same bytes', { filename: 'twin.txt' }),
      archive.store('other bytes', { filename: 'twin.txt' }),
    ]);
    expect(new Set([one._id, same._id, other._id]).size).toBe(3);
    await app.client.delete(`${ARCHIVE}/${one._id}`);
    expect((await archive.download(same._id)).bytes.toString()).toBe('the same bytes');
    expect((await archive.download(other._id)).bytes.toString()).toBe('other bytes');
  });

  it('notes whose file it is', async () => {
    const user = await TestUser.create(app);
    const file = await new ArchiveClient(user.client).store('mine');
    expect(file.owner).toBe(user.id);
  });

  it('deletes a file', async () => {
    const file = await archive.store('to be deleted');
    const answer = await app.client.delete(`${ARCHIVE}/${file._id}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ deleted: true, file_id: file._id, message: 'File deleted successfully' });
    expect((await archive.download(file._id)).status).toBe(404);
    expect((await app.client.delete<Problem>(`${ARCHIVE}/${file._id}`)).body).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });

  it.each(['000000000000000000000000', 'no-id', 'constructor', '..%2f..%2fetc%2fpasswd', 'x'.repeat(300)])(
    'answers 404 for %s',
    async (reference) => {
      expect((await archive.download(reference)).status).toBe(404);
      expect((await app.client.delete(`${ARCHIVE}/${reference}`)).status).toBe(404);
      const update = { document: { $set: { 'metadata.a': 1 } } };
      expect((await app.client.patch(`${ARCHIVE}/${reference}`, update)).status).toBe(404);
    },
  );

  describe('lists', () => {
    const list = (query: Record<string, unknown>) =>
      app.client.get<FileAnswer[]>(ARCHIVE, { query: { 'metadata.set': 'list', ...query } });

    beforeAll(async () => {
      for (const n of [1, 2, 3])
        await archive.store('x'.repeat(n), { filename: `${n}.txt`, metadata: { set: 'list', n } });
      await archive.store(PNG, { filename: '4.png', metadata: { set: 'list', n: 4 } });
    });

    it('files that match a query, newest first', async () => {
      expect((await list({})).body.map(({ filename }) => filename)).toEqual([
        '4.png',
        '3.txt',
        '2.txt',
        '1.txt',
      ]);
      expect((await list({ mimetype: 'image/png' })).body.map(({ filename }) => filename)).toEqual(['4.png']);
      expect((await list({ size: { $lt: 3 } })).body).toHaveLength(2);
      expect((await list({ uploaded_at: { $gt: '2020-01-01' } })).body).toHaveLength(4);
      expect((await list({ $or: [{ uploaded_at: { $lt: '2020-01-01' } }] })).body).toEqual([]);
    });

    it('in pages, with a count', async () => {
      const answer = await app.client.get<FileAnswer[]>(ARCHIVE, {
        query: { 'metadata.set': 'list' },
        sort: { 'metadata.n': 1 },
        limit: 2,
        skip: 1,
        count: true,
      });
      expect(answer.body.map(({ filename }) => filename)).toEqual(['2.txt', '3.txt']);
      expect(answer.headers.get('x-total-count')).toBe('4');
      expect(answer.body[0].filepath).toBe(`${ARCHIVE}/${answer.body[0]._id}`);
    });

    it.each([
      { query: { $where: '1' } },
      { query: 'no json' },
      { limit: 0 },
      { limit: 5000 },
      { sort: { a: 2 } },
      { keys: {} },
      { unknown: 1 },
    ])('refuses %j', async (query) => {
      expect((await app.client.get(ARCHIVE, query)).status).toBe(400);
    });
  });

  describe('metadata', () => {
    const patch = (id: string, document: unknown) =>
      app.client.patch<FileAnswer & Problem>(`${ARCHIVE}/${id}`, { document });

    it('changes by update operators', async () => {
      const file = await archive.store('text', { metadata: { a: 1, b: 2 } });
      const answer = await patch(file._id, {
        $set: { 'metadata.title': 'Report' },
        $inc: { 'metadata.a': 1 },
        $rename: { 'metadata.b': 'metadata.c' },
      });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        ...file,
        metadata: { a: 2, c: 2, title: 'Report' },
        _patched: expect.any(String) as string,
      });
      expect((await patch(file._id, { $set: { metadata: { only: true } } })).body.metadata).toEqual({
        only: true,
      });
      expect((await patch(file._id, { $unset: { metadata: '' } })).body.metadata).toEqual({});
    });

    it.each([
      { $set: { filename: 'x' } },
      { $set: { sha256: 'x' } },
      { $set: { owner: 'me', 'metadata.a': 1 } },
      { $set: { metadataX: 1 } },
      { $set: { metadata: 5 } },
      { $set: { metadata: [] } },
      { $inc: { metadata: 1 } },
      { $rename: { 'metadata.a': 'filename' } },
      { $rename: { 'metadata.a': 'metadata' } },
      { $rename: { size: 'metadata.size' } },
      { $unset: { size: '' } },
      { $currentDate: { uploaded_at: true } },
      { $set: { 'metadata.__proto__.x': 1 } },
      { 'metadata.a': 1 },
      [{ $set: { 'metadata.a': 1 } }],
      {},
      'text',
    ])('refuses %j', async (document) => {
      const file = await archive.store('text', { metadata: { a: { b: 1 } } });
      expect((await patch(file._id, document)).status).toBe(400);
      expect((await app.client.get<FileAnswer[]>(ARCHIVE, { query: { _id: file._id } })).body).toEqual([
        file,
      ]);
    });

    it.each(['no json', '[]', '"text"', '5', 'null', '{"__proto__":{}}', '{"a":{"$gt":1}}', '{"a.b":1}'])(
      'sent as %s is refused, and leaves no file',
      async (metadata) => {
        const answer = await archive.upload('refused', { filename: 'refused.txt', metadata });
        expect(answer.status).toBe(400);
        const found = await app.client.get(ARCHIVE, { query: { filename: 'refused.txt' } });
        expect(found.body).toEqual([]);
      },
    );
  });

  it('serves the paths of version 1.0', async () => {
    const { status, body: file } = await archive.upload(PNG, { filename: 'old.png' }, `${ARCHIVE}/upload/`);
    expect(status).toBe(201);
    const download = await archive.download(`${ARCHIVE}/download/${file._id}/`);
    expect(download.bytes.equals(PNG)).toBe(true);
    expect(download.headers.get('content-disposition')).toBe('attachment; filename="old.png"');
    const listed = await app.client.get<FileAnswer[]>(`${ARCHIVE}/list/`, { query: { _id: file._id } });
    expect(listed.body).toEqual([file]);
    expect((await app.client.delete(`${ARCHIVE}/delete/${file._id}/`)).body).toMatchObject({ deleted: true });
  });
});
