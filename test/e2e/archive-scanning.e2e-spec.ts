import { Backlog } from '../../src/services/archive/scanning/backlog.service.js';
import type { Problem } from '../support/api-client.js';
import { ARCHIVE, ArchiveClient, noise } from '../support/archive-client.js';
import { ClamdServer, VIRUS } from '../support/clamd-server.js';
import { TestApp } from '../support/test-app.js';

const problemOf = ({ status, bytes }: { status: number; bytes: Buffer }) => ({
  status,
  code: (JSON.parse(bytes.toString()) as Problem).code,
});

describe('archive: scanning by clamd', () => {
  let clamd: ClamdServer;
  let app: TestApp;
  let archive: ArchiveClient;
  beforeAll(async () => {
    clamd = await ClamdServer.start();
    app = await TestApp.start({ env: { CLAMD_URL: clamd.url } });
    archive = new ArchiveClient(app.client);
  });
  afterAll(async () => {
    await app?.stop();
    await clamd?.stop();
  });

  const resumable = async (content: string) => {
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-length': String(content.length),
      'upload-metadata': 'filename YQ==',
    };
    const begun = await app.client.fetch(`${ARCHIVE}/resumable`, { method: 'POST', headers });
    if (begun.status !== 201) return begun;
    return app.client.fetch(begun.headers.get('location') ?? '', {
      method: 'PATCH',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
      body: content,
    });
  };

  it('lets clean files through, whole', async () => {
    const file = await archive.store(noise(700_000));
    expect(clamd.scanned.at(-1)).toBe(700_000);
    expect((await archive.download(file._id)).status).toBe(200);
    expect((await resumable('clean words')).status).toBe(204);
  });

  it('refuses infected files, and keeps nothing of them', async () => {
    const before = await app.client.get<unknown[]>(ARCHIVE);
    expect((await archive.upload(`some ${VIRUS} thing`)).body).toMatchObject({
      status: 422,
      code: 'file_infected',
    });
    expect((await resumable(`more ${VIRUS}`)).status).toBe(422);
    expect((await app.client.get<unknown[]>(ARCHIVE)).body).toHaveLength(before.body.length);
    expect(await app.db.collection('_ARCHIVE_UPLOADS').countDocuments()).toBe(0);
  });

  it('serves nothing that came before it was turned on, until it is scanned', async () => {
    const blobs = app.db.collection('_ARCHIVE_BLOBS');
    const clean = await archive.store('older, clean');
    const dirty = await archive.store('older, dirty');
    await blobs.updateMany({}, { $unset: { scanned: '' } });
    expect(problemOf(await archive.download(clean._id))).toEqual({ status: 503, code: 'file_not_scanned' });
    await blobs.updateOne({ _id: dirty.sha256 as never }, { $set: { infected: 'Test.Virus' } });
    await app.nest.get(Backlog, { strict: false }).scan();
    expect((await archive.download(clean._id)).status).toBe(200);
    expect(problemOf(await archive.download(dirty._id))).toEqual({ status: 422, code: 'file_infected' });
  });

  it('refuses uploads with 503 while clamd is away, and takes them again afterwards', async () => {
    const { port } = clamd;
    await clamd.stop();
    expect((await archive.upload('x')).body).toMatchObject({ status: 503, code: 'scanner_unavailable' });
    expect((await resumable('x')).status).toBe(503);
    clamd = await ClamdServer.start(port);
    expect((await archive.upload('x')).status).toBe(201);
  });
});
