import { ProjectUsage } from '../../src/services/archive/quotas/usage.service.js';
import { ARCHIVE, ArchiveClient, noise } from '../support/archive-client.js';
import { TestApp } from '../support/test-app.js';
import { PROJECT, TestProject } from '../support/test-project.js';

describe('archive: quotas of projects', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  /** A project with quotas; they hold at once, for nobody has asked for it before. */
  const withQuotas = async (quotas: Record<string, number>) => {
    const { body } = await app.client.post<{ id: string }>(PROJECT, { name: 'Small', quotas });
    const key = await app.client.post<{ key: string }>('/service/key/v1', {
      name: 'k',
      type: 'secret',
      project: body.id,
    });
    return new ArchiveClient(app.anonymous.with({ 'x-api-key': key.body.key }));
  };

  it('bound the number of files exactly, however many come at once', async () => {
    const archive = await withQuotas({ files: 5 });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => archive.upload(`file ${n}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.filter(({ body }) => body.code === 'file_quota_exceeded')).toHaveLength(7);
    const [first] = answers.filter(({ status }) => status === 201);
    await Promise.all([1, 2, 3].map(() => archive.api.delete(`${ARCHIVE}/${first.body._id}`)));
    const again = await Promise.all(Array.from({ length: 4 }, (_, n) => archive.upload(`again ${n}`)));
    expect(again.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('bound the bytes, those of equal files included', async () => {
    const archive = await withQuotas({ bytes: 10_000 });
    const same = noise(3000);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => archive.upload(same)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect((await archive.upload(noise(1001))).status).toBe(413);
    expect((await archive.upload(noise(1000))).status).toBe(201);
  });

  it('keep room for resumable uploads from their beginning', async () => {
    const archive = await withQuotas({ bytes: 1000 });
    const headers = { 'tus-resumable': '1.0.0', 'upload-length': '800', 'upload-metadata': 'filename YQ==' };
    const begin = () => archive.api.fetch(`${ARCHIVE}/resumable`, { method: 'POST', headers });
    const first = await begin();
    expect(first.status).toBe(201);
    expect((await begin()).status).toBe(413);
    expect((await archive.upload(noise(300))).status).toBe(413);
    await archive.api.fetch(first.headers.get('location') ?? '', { method: 'DELETE', headers });
    expect((await archive.upload(noise(300))).status).toBe(201);
  });

  it('bound one request, instead of MAX_CONTENT_LENGTH', async () => {
    const archive = await withQuotas({ upload: 20_000_000 });
    expect((await archive.upload(noise(18_000_000))).status).toBe(201);
    expect((await archive.upload(noise(20_000_001))).body.code).toBe('body_too_large');
    const plain = new ArchiveClient((await TestProject.create(app)).client);
    expect((await plain.upload(noise(18_000_000))).status).toBe(413);
  });

  it('are counted anew when a process died between a change and its count', async () => {
    const archive = new ArchiveClient(app.client);
    await archive.store(noise(500));
    const usage = app.db.collection<{ _id: string }>('_ARCHIVE_USAGE');
    const past = new Date(0);
    await usage.updateOne(
      { _id: 'usage' },
      { $inc: { bytes: 5000, files: 1 }, $set: { 'notes.dead': { bytes: 5000, until: past } } },
    );
    await app.nest.get(ProjectUsage, { strict: false }).reconcile();
    expect(await usage.findOne({ _id: 'usage' })).toMatchObject({ bytes: 500, files: 1, notes: {} });
  });
});
