import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { PROJECT, TestProject } from '../support/test-project.js';

const THINGS = '/service/storage/v1/things';
const UNKNOWN = 'f'.repeat(24);

interface Project {
  id: string;
  name: string;
  frozen: boolean;
  quotas: Record<'bytes' | 'files' | 'upload', number | null>;
  created_at: string | null;
  deleted_at: string | null;
  purge_at: string | null;
}

describe('projects', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const change = (id: string, body: unknown) => app.client.patch<Project & Problem>(`${PROJECT}/${id}`, body);
  const listed = async () => (await app.client.get<Project[]>(PROJECT)).body;

  it('are made, read and listed', async () => {
    const { status, body } = await app.client.post<Project>(PROJECT, { name: 'Moon' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      name: 'Moon',
      frozen: false,
      quotas: { bytes: null, files: null, upload: null },
      created_at: expect.stringMatching(/Z$/) as string,
      deleted_at: null,
      purge_at: null,
    });
    expect((await app.client.get(`${PROJECT}/${body.id}`)).body).toEqual(body);
    expect(await listed()).toContainEqual(body);
  });

  it('have databases of their own, named after the default one', async () => {
    const moon = await TestProject.create(app);
    await moon.client.post(THINGS, { _id: 'lamp' });
    expect((await app.client.get(`${THINGS}/lamp`)).status).toBe(404);
    const byHeader = app.client.with({ 'x-project': moon.id });
    expect((await byHeader.get(`${THINGS}/lamp`)).status).toBe(200);
    expect(await app.database(moon.id).collection('things').countDocuments()).toBe(1);
  });

  it('are reached by the root key with X-Project, if they are there', async () => {
    for (const id of [UNKNOWN, '', 'nonsense', '__proto__', '../default', 'a, b'])
      expect((await app.client.with({ 'x-project': id }).get<Problem>(THINGS)).body).toMatchObject({
        status: 404,
        code: 'not_found',
      });
    expect((await app.client.with({ 'x-project': 'default' }).get(THINGS)).status).toBe(200);
  });

  it.each([
    [{}, '/name'],
    [{ name: '' }, '/name'],
    [{ name: 7 }, '/name'],
    [{ name: 'x'.repeat(101) }, '/name'],
    [{ name: 'Mo\non' }, '/name'],
    [{ name: 'Moon \ud800' }, '/name'],
    [{ name: 'Moon', id: UNKNOWN }, '/id'],
    [{ name: 'Moon', quotas: 7 }, '/quotas'],
    [{ name: 'Moon', quotas: null }, '/quotas'],
    [{ name: 'Moon', quotas: { bytes: -1 } }, '/quotas/bytes'],
    [{ name: 'Moon', quotas: { files: '7' } }, '/quotas/files'],
    [{ name: 'Moon', quotas: { documents: 7 } }, '/quotas/documents'],
  ])('are not made of %j', async (body, field) => {
    const answer = await app.client.post<Problem>(PROJECT, body);
    expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
  });

  it('are no more than PROJECTS_MAX', async () => {
    const small = await TestApp.start({ env: { PROJECTS_MAX: '1' } });
    try {
      await TestProject.create(small);
      const second = await small.client.post<Problem>(PROJECT, { name: 'Mars' });
      expect(second.body).toMatchObject({ status: 409, code: 'conflict' });
    } finally {
      await small.stop();
    }
  });

  it('are renamed, and given quotas one by one', async () => {
    const { id } = await TestProject.create(app);
    expect((await change(id, { name: 'Mars' })).body).toMatchObject({ name: 'Mars', frozen: false });
    await change(id, { quotas: { bytes: 1000, files: 5 } });
    const { body } = await change(id, { quotas: { bytes: null, upload: 10 } });
    expect(body).toMatchObject({ name: 'Mars', quotas: { bytes: null, files: 5, upload: 10 } });
    for (const bad of [
      { name: '' },
      { frozen: 'yes' },
      { frozen: null },
      { quotas: { bytes: 1.5 } },
      { _id: id },
    ])
      expect((await change(id, bad)).body).toMatchObject({ status: 400, code: 'validation_failed' });
    expect((await change(UNKNOWN, { name: 'Mars' })).status).toBe(404);
    expect((await change('nonsense', { name: 'Mars' })).status).toBe(404);
  });

  it('keep their last change when many come at once', async () => {
    const { id } = await TestProject.create(app);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => change(id, { quotas: { files: index, bytes: index } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const { quotas } = (await app.client.get<Project>(`${PROJECT}/${id}`)).body;
    expect(quotas.files).toBe(quotas.bytes);
  });

  it('are measured', async () => {
    const moon = await TestProject.create(app);
    const usage = async () => (await app.client.get(`${PROJECT}/${moon.id}/usage`)).body;
    expect(await usage()).toEqual({ documents: 0, bytes: 0, files: 0 });
    await moon.client.post(THINGS, [{ name: 'lamp' }, { name: 'desk' }]);
    await moon.client.post('/service/storage/v1/others', { name: 'pen' });
    await moon.client.post('/service/auth/v1/signup', { _key: 'ada' });
    expect(await usage()).toEqual({ documents: 3, bytes: expect.any(Number) as number, files: 0 });
    expect((await app.client.get(`${PROJECT}/${UNKNOWN}/usage`)).status).toBe(404);
    expect((await app.client.get(`${PROJECT}/default/usage`)).status).toBe(200);
  });

  it('have accounts with unique keys from the start', async () => {
    const moon = await TestProject.create(app);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => moon.client.post('/service/auth/v1/signup', { _key: 'ada' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    expect((await app.client.post('/service/auth/v1/signup', { _key: 'ada' })).status).toBe(201);
  });

  describe('the default one', () => {
    it('is always there, and can be renamed and limited', async () => {
      expect((await listed())[0]).toMatchObject({ id: 'default', frozen: false, created_at: null });
      expect((await change('default', { quotas: { files: null } })).status).toBe(200);
      const { body } = await change('default', { quotas: { files: null, bytes: 7 } });
      expect(body).toMatchObject({ id: 'default', name: 'default', quotas: { bytes: 7, files: null } });
      expect((await change('default', { name: 'Earth' })).body.name).toBe('Earth');
      expect((await listed()).filter(({ id }) => id === 'default')).toHaveLength(1);
    });

    it('can be neither frozen nor deleted, or nobody could undo it', async () => {
      expect((await change('default', { frozen: true })).body.code).toBe('conflict');
      const { name } = (await listed())[0];
      expect((await app.client.delete(`${PROJECT}/default`, { confirm: name })).status).toBe(409);
      expect((await app.client.get(THINGS)).status).toBe(200);
    });
  });

  it('are read by their own keys, and managed by none of them', async () => {
    const moon = await TestProject.create(app);
    const mars = await TestProject.create(app, 'Mars');
    expect((await moon.client.get<Project[]>(PROJECT)).body.map(({ id }) => id)).toEqual([moon.id]);
    expect((await moon.client.get(`${PROJECT}/${moon.id}`)).status).toBe(200);
    expect((await moon.client.get(`${PROJECT}/${moon.id}/usage`)).status).toBe(200);
    for (const id of [mars.id, 'default', UNKNOWN])
      for (const path of [`${PROJECT}/${id}`, `${PROJECT}/${id}/usage`])
        expect((await moon.client.get(path)).status).toBe(404);
    const refused = [
      await moon.client.post<Problem>(PROJECT, { name: 'Sun' }),
      await moon.client.patch<Problem>(`${PROJECT}/${moon.id}`, { quotas: { bytes: null } }),
      await moon.client.delete<Problem>(`${PROJECT}/${moon.id}`, { confirm: moon.name }),
      await moon.client.post<Problem>(`${PROJECT}/${moon.id}/restore`),
    ];
    expect(refused.map(({ body }) => body.code)).toEqual(Array(4).fill('key_not_allowed'));
    const scoped = await moon.clientWith({ scopes: ['storage:*'] });
    expect((await scoped.get<Problem>(`${PROJECT}/${moon.id}`)).body.code).toBe('key_not_allowed');
  });
});
