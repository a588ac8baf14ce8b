import type { Problem } from '../support/api-client.js';
import { ARCHIVE, ArchiveClient } from '../support/archive-client.js';
import { TestApp } from '../support/test-app.js';
import { PROJECT, TestProject } from '../support/test-project.js';

const SCHEMA = '/service/schema/v1';
const STORAGE = '/service/storage/v1';
const THREADS = '/service/generation/v1/conversations';
const CONTENT = 'of mars alone';

describe('what a project keeps in its services is reachable from no other', () => {
  let app: TestApp;
  let moon: TestProject;
  let mars: TestProject;
  beforeAll(async () => {
    app = await TestApp.start();
    [moon, mars] = [await TestProject.create(app, 'Moon'), await TestProject.create(app, 'Mars')];
  });
  afterAll(() => app.stop());

  const others = () => [moon.client, app.client];

  it('files, by their id, their name or the same bytes', async () => {
    const theirs = new ArchiveClient(mars.client);
    const { status, body: file } = await theirs.upload(CONTENT, { filename: 'plan.txt' });
    expect(status).toBe(201);
    for (const client of others()) {
      expect((await client.get(ARCHIVE)).body).toEqual([]);
      expect((await client.get(`${ARCHIVE}/list`)).body).toEqual([]);
      for (const reference of [file._id, 'plan.txt', file.sha256]) {
        expect((await client.get(`${ARCHIVE}/${reference}`)).status).toBe(404);
        expect((await client.get(`${ARCHIVE}/download/${reference}`)).status).toBe(404);
        expect((await client.delete(`${ARCHIVE}/${reference}`)).status).toBe(404);
        const change = { document: { $set: { 'metadata.a': 1 } } };
        expect((await client.patch(`${ARCHIVE}/${reference}`, change)).status).toBe(404);
      }
    }
    const { body: same } = await new ArchiveClient(moon.client).upload(CONTENT, { filename: 'plan.txt' });
    expect((await moon.client.delete(`${ARCHIVE}/${same._id}`)).status).toBe(200);
    expect((await mars.client.get(`${ARCHIVE}/${file._id}`)).status).toBe(200);
    const usage = async (id: string) => (await app.client.get(`${PROJECT}/${id}/usage`)).body;
    expect(await usage(mars.id)).toMatchObject({ files: 1 });
    expect(await usage(moon.id)).toMatchObject({ files: 0 });
  });

  it('files, though a quota of another is used up', async () => {
    await app.client.patch(`${PROJECT}/${moon.id}`, { quotas: { files: 0 } });
    let refused = await new ArchiveClient(moon.client).upload(CONTENT);
    while (refused.status === 201) refused = await new ArchiveClient(moon.client).upload(CONTENT);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect((await new ArchiveClient(mars.client).upload(CONTENT)).status).toBe(201);
  });

  it('declarations of collections, and the rules in them', async () => {
    const open = { rules: { list: {}, create: {} } };
    expect((await mars.client.send('PUT', `${SCHEMA}/notes`, open)).status).toBe(200);
    for (const client of others()) {
      expect((await client.get<Problem>(`${SCHEMA}/notes`)).status).toBe(404);
      expect(JSON.stringify((await client.get(SCHEMA)).body)).not.toContain('notes');
    }
    const page = await moon.clientWith({ type: 'publishable' });
    const theirs = await mars.clientWith({ type: 'publishable' });
    expect((await theirs.get(`${STORAGE}/notes`)).status).toBe(200);
    expect((await page.get(`${STORAGE}/notes`)).status).toBe(404);
  });

  it('conversations with models', async () => {
    const { body } = await mars.client.post<{ _id: string }>(THREADS, { title: CONTENT });
    expect((await mars.client.get(`${THREADS}/${body._id}`)).status).toBe(200);
    for (const client of others()) {
      expect((await client.get(THREADS)).body).toEqual([]);
      for (const path of [body._id, `${body._id}/export`])
        expect((await client.get(`${THREADS}/${path}`)).status).toBe(404);
      expect((await client.delete(`${THREADS}/${body._id}`)).status).toBe(404);
    }
  });
});
