import type { ApiClient } from '../support/api-client.js';
import { ARCHIVE, ArchiveClient, PNG, type FileAnswer } from '../support/archive-client.js';
import { declare, PageUser, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { makeKey, TestProject, withKey } from '../support/test-project.js';

/** Every route that gives something of a file away, or changes it. */
const ROUTES: [method: string, path: (id: string) => string, body?: unknown][] = [
  ['GET', (id) => `${ARCHIVE}/${id}`],
  ['HEAD', (id) => `${ARCHIVE}/${id}`],
  ['GET', (id) => `${ARCHIVE}/${id}?width=1`],
  ['GET', (id) => `${ARCHIVE}/download/${id}`],
  ['GET', (id) => `${ARCHIVE}/resumable/${id}`],
  ['PATCH', (id) => `${ARCHIVE}/${id}`, { document: { $set: { 'metadata.stolen': true } } }],
  ['POST', (id) => `${ARCHIVE}/${id}/link`, {}],
  ['DELETE', (id) => `${ARCHIVE}/${id}`],
  ['DELETE', (id) => `${ARCHIVE}/delete/${id}`],
];

const statusOf = async (client: ApiClient, [method, path, body]: (typeof ROUTES)[number], id: string) => {
  const headers = body === undefined ? undefined : { 'content-type': 'application/json' };
  const response = await client.fetch(path(id), {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
};

describe('files: who reaches them', () => {
  let app: TestApp;
  let page: ApiClient;
  beforeAll(async () => {
    app = await TestApp.start();
    page = await withPublishableKey(app);
  });
  afterAll(() => app?.stop());

  describe('without rules', () => {
    it.each(ROUTES)('a publishable key reaches nothing by %s', async (...route) => {
      const { _id } = await new ArchiveClient(app.client).store(PNG);
      expect(await statusOf(page, route, _id)).toBe(404);
    });

    it('a publishable key lists, uploads and makes links of nothing', async () => {
      const archive = new ArchiveClient(page);
      expect((await page.get(ARCHIVE)).status).toBe(404);
      expect((await archive.upload(PNG)).status).toBe(404);
      expect((await page.post(`${ARCHIVE}/link`, {})).status).toBe(404);
      const tus = { 'tus-resumable': '1.0.0', 'upload-length': '5', 'upload-metadata': 'filename YQ==' };
      expect((await page.fetch(`${ARCHIVE}/resumable`, { method: 'POST', headers: tus })).status).toBe(404);
    });
  });

  describe('under the rule that owners reach their own', () => {
    const OWN = { owner: '$user._id' };
    let ada: PageUser;
    let bob: PageUser;
    let file: FileAnswer;

    beforeAll(async () => {
      const rules = {
        list: OWN,
        view: OWN,
        create: { 'metadata.locked': { $ne: true }, ...OWN },
        delete: OWN,
      };
      await declare(app, '_ARCHIVE', {
        rules: { ...rules, update: { 'metadata.locked': { $ne: true }, ...OWN } },
      });
      ada = await PageUser.create(app, page);
      bob = await PageUser.create(app, page);
    });
    beforeEach(async () => {
      file = await new ArchiveClient(ada.client).store(PNG, { metadata: { title: 'mine' } });
    });

    it.each(ROUTES)('another user reaches nothing by %s, as if there were no such file', async (...route) => {
      expect(await statusOf(bob.client, route, file._id)).toBe(404);
      expect(await statusOf(page, route, file._id)).toBe(404);
      expect((await new ArchiveClient(ada.client).download(file._id)).status).toBe(200);
    });

    it.each(ROUTES.filter(([, path]) => !path('').includes('resumable')))(
      'the owner does by %s',
      async (...route) => {
        expect(file.owner).toBe(ada.id);
        expect(await statusOf(ada.client, route, file._id)).toBeLessThan(300);
      },
    );

    it('lists, whatever the query says, stay within reach', async () => {
      for (const query of [{}, { owner: ada.id }, { $or: [{ owner: ada.id }, {}] }, { _id: file._id }])
        expect((await bob.client.get<FileAnswer[]>(ARCHIVE, { query, count: true })).body).toEqual([]);
      expect((await ada.client.get<FileAnswer[]>(ARCHIVE, { query: { _id: file._id } })).body).toEqual([
        file,
      ]);
    });

    it('what the rules would not admit is neither made nor become', async () => {
      const archive = new ArchiveClient(ada.client);
      expect((await archive.upload(PNG, { metadata: { locked: true } })).status).toBe(403);
      const lock = { document: { $set: { 'metadata.locked': true } } };
      expect((await ada.client.patch(`${ARCHIVE}/${file._id}`, lock)).status).toBe(403);
      expect((await archive.download(file._id)).status).toBe(200);
      const retitle = { document: { $set: { 'metadata.title': 'still mine' } } };
      const answer = await ada.client.patch<FileAnswer>(`${ARCHIVE}/${file._id}`, retitle);
      expect(answer.body.metadata).toEqual({ title: 'still mine' });
    });

    it('an upload link is bound by the rules of whoever made it', async () => {
      const { url } = (await ada.client.post<{ url: string }>(`${ARCHIVE}/link`, {})).body;
      const send = (metadata: unknown) =>
        fetch(url, { method: 'POST', body: ArchiveClient.form(PNG, { metadata }) });
      expect((await send({ locked: true })).status).toBe(403);
      const made = await send({ title: 'by link' });
      expect(((await made.json()) as FileAnswer).owner).toBe(ada.id);
    });

    it('a resumable upload is gone on with by nobody else', async () => {
      const headers = { 'tus-resumable': '1.0.0', 'upload-length': '5', 'upload-metadata': 'filename YQ==' };
      const begun = await ada.client.fetch(`${ARCHIVE}/resumable`, { method: 'POST', headers });
      expect(begun.status).toBe(201);
      const path = begun.headers.get('location') ?? '';
      const patch = {
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      };
      for (const client of [bob.client, page]) {
        expect((await client.fetch(path, { method: 'HEAD', headers })).status).toBe(404);
        expect((await client.fetch(path, { method: 'PATCH', headers: patch, body: 'stole' })).status).toBe(
          404,
        );
        expect((await client.fetch(path, { method: 'DELETE', headers })).status).toBe(404);
      }
      expect((await ada.client.fetch(path, { method: 'PATCH', headers: patch, body: 'mine!' })).status).toBe(
        204,
      );
    });
  });

  it('a key that may only read writes nothing', async () => {
    const reader = withKey(app, await makeKey(app.client, { scopes: ['archive:read'] }));
    const file = await new ArchiveClient(app.client).store(PNG);
    expect((await new ArchiveClient(reader).download(file._id)).status).toBe(200);
    expect((await reader.post(`${ARCHIVE}/${file._id}/link`, {})).status).toBe(201);
    expect((await new ArchiveClient(reader).upload(PNG)).status).toBe(403);
    expect((await new ArchiveClient(reader).upload(PNG, {}, `${ARCHIVE}/upload`)).status).toBe(403);
    expect((await reader.post(`${ARCHIVE}/link`, {})).status).toBe(403);
    expect((await reader.delete(`${ARCHIVE}/${file._id}`)).status).toBe(403);
    expect(
      (await reader.patch(`${ARCHIVE}/${file._id}`, { document: { $set: { 'metadata.a': 1 } } })).status,
    ).toBe(403);
    const tus = { 'tus-resumable': '1.0.0', 'upload-length': '5', 'x-http-method-override': 'GET' };
    expect((await reader.fetch(`${ARCHIVE}/resumable`, { method: 'POST', headers: tus })).status).toBe(403);
  });

  it.each(ROUTES)('a file of one project is not there for another by %s', async (...route) => {
    const moon = await TestProject.create(app);
    const { _id } = await new ArchiveClient(moon.client).store(PNG);
    expect((await new ArchiveClient(moon.client).download(_id)).status).toBe(200);
    expect(await statusOf(app.client, route, _id)).toBe(404);
  });

  it('a frozen project serves no links either', async () => {
    const moon = await TestProject.create(app);
    const { _id } = await new ArchiveClient(moon.client).store(PNG);
    const { url } = (await moon.client.post<{ url: string }>(`${ARCHIVE}/${_id}/link`, {})).body;
    expect((await fetch(url)).status).toBe(200);
    await app.client.patch(`/service/project/v1/${moon.id}`, { frozen: true });
    let status = 200;
    while (status === 200) status = (await fetch(url)).status;
    expect(status).toBe(423);
  });
});
