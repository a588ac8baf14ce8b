import { Controller, Get, Module } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Access } from '../../src/platform/security/access.decorator.js';
import type { EventMessage } from '../../src/platform/events/event-map.js';
import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import type { ApiClient, Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { KEY, PROJECT, TestProject } from '../support/test-project.js';

const THINGS = '/service/storage/v1/things';
const AUTH = '/service/auth/v1';

/** A route that asks for a user alone, as applications have it. */
@Controller('probe')
class ProbeController {
  @Get()
  @Access({ key: false, user: 'required' })
  mine(): { open: true } {
    return { open: true };
  }
}

const told: EventMessage[] = [];

class Listener {
  @OnEvent('project.deleted')
  hear(message: EventMessage): void {
    told.push(message);
  }
}

@Module({ controllers: [ProbeController], providers: [Listener] })
class ProbeModule {}

/** Collections of the installation that hold what belongs to projects. */
const BELONGINGS = [
  ...['_WEBHOOK_ENDPOINTS', '_WEBHOOK_DELIVERIES', '_STRIPE_EVENTS'],
  ...['_USER_COLLECTIONS', '_SCHEDULES', '_RUNS'],
];

describe('projects that are closed', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ imports: [ProbeModule] });
  });
  afterAll(() => app.stop());

  const remove = (id: string, confirm: unknown) =>
    app.client.delete<Problem & { purge_at: string }>(`${PROJECT}/${id}`, { confirm });
  const restore = (id: string) => app.client.post<Problem>(`${PROJECT}/${id}/restore`);
  const freeze = (id: string, frozen = true) => app.client.patch(`${PROJECT}/${id}`, { frozen });
  const tokenOf = async (client: ApiClient) => {
    const ada = { _key: 'ada', _password: 'correct horse' };
    await client.post(`${AUTH}/signup`, ada);
    return (await client.post<{ token: string }>(`${AUTH}/signin`, ada)).body.token;
  };

  it('answer 423 on every route while they are frozen', async () => {
    const moon = await TestProject.create(app);
    const token = await tokenOf(moon.client);
    const page = await moon.clientWith({ type: 'publishable' });
    await freeze(moon.id);
    const answers = [
      await moon.client.get<Problem>(THINGS),
      await moon.client.post<Problem>(THINGS, { name: 'lamp' }),
      await moon.client.as(token).get<Problem>(`${AUTH}/ada`),
      await moon.client.get<Problem>(KEY),
      await moon.client.get<Problem>(`${PROJECT}/${moon.id}`),
      await page.post<Problem>(`${AUTH}/signin`, { _key: 'ada', _password: 'correct horse' }),
      await app.anonymous.as(token).get<Problem>('/probe'),
      await app.client.with({ 'x-project': moon.id }).get<Problem>(THINGS),
    ];
    for (const { body } of answers) expect(body).toMatchObject({ status: 423, code: 'project_frozen' });
    expect((await app.client.get(THINGS)).status).toBe(200);
    await freeze(moon.id, false);
    expect((await moon.client.get(THINGS)).status).toBe(200);
    expect((await app.anonymous.as(token).get('/probe')).status).toBe(200);
  });

  it('have keys and tokens no longer once they are deleted, until they are restored', async () => {
    const moon = await TestProject.create(app);
    await moon.client.post(THINGS, { _id: 'lamp' });
    const token = await tokenOf(moon.client);
    const { status, body } = await remove(moon.id, moon.name);
    expect(status).toBe(200);
    expect(new Date(body.purge_at).getTime()).toBeGreaterThan(Date.now());
    const codes = [
      (await moon.client.get<Problem>(THINGS)).body.code,
      (await app.anonymous.as(token).get<Problem>('/probe')).body.code,
      (await app.client.with({ 'x-project': moon.id }).get<Problem>(THINGS)).body.code,
      (await app.client.post<Problem>(KEY, { name: 'A', type: 'secret', project: moon.id })).body.code,
      (await app.client.patch<Problem>(`${PROJECT}/${moon.id}`, { frozen: false })).body.code,
    ];
    expect(codes).toEqual(['api_key_invalid', 'token_invalid', 'not_found', 'not_found', 'conflict']);
    expect((await app.client.post(`${KEY}/validate`, { key: moon.key.key })).body).toEqual({ valid: false });
    expect((await restore(moon.id)).body).toMatchObject({ id: moon.id, deleted_at: null, purge_at: null });
    expect((await moon.client.get(`${THINGS}/lamp`)).status).toBe(200);
    expect((await app.anonymous.as(token).get('/probe')).status).toBe(200);
  });

  it('are deleted by their name alone, and no later for being deleted twice', async () => {
    const moon = await TestProject.create(app);
    for (const confirm of [undefined, '', 'moon', null, { $ne: '' }, moon.id])
      expect((await remove(moon.id, confirm)).body).toMatchObject({ status: 400, code: 'validation_failed' });
    expect((await moon.client.get(THINGS)).status).toBe(200);
    const both = await Promise.all([remove(moon.id, moon.name), remove(moon.id, moon.name)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both[0].body.purge_at).toBe(both[1].body.purge_at);
    expect((await remove('f'.repeat(24), 'Moon')).status).toBe(404);
  });

  it('are restored only when they were deleted, and are there', async () => {
    const moon = await TestProject.create(app);
    expect((await restore(moon.id)).status).toBe(200);
    expect((await restore('f'.repeat(24))).status).toBe(404);
    expect(await restore('default')).toMatchObject({
      status: 200,
      body: { id: 'default', deleted_at: null },
    });
    expect((await restore('default')).status).toBe(200);
    await remove(moon.id, moon.name);
    const both = await Promise.all([restore(moon.id), restore(moon.id)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('are gone for good after their time of grace, with their database and their keys', async () => {
    const moon = await TestProject.create(app);
    const mars = await TestProject.create(app, 'Mars');
    for (const { client } of [moon, mars]) await client.post(THINGS, { name: 'lamp' });
    for (const name of BELONGINGS)
      await app.db.collection(name).insertMany([{ project: moon.id }, { project: mars.id }]);
    for (const { id, name } of [moon, mars]) await remove(id, name);
    const projects = app.db.collection<{ _id: string }>('_PROJECTS');
    await projects.updateOne({ _id: moon.id }, { $set: { purge_at: new Date() } });
    app.nest.get(Jobs).wake('project-purge');
    while ((await app.client.get(`${PROJECT}/${moon.id}`)).status !== 404)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await app.database(moon.id).listCollections().toArray()).toEqual([]);
    for (const name of ['_KEYS', ...BELONGINGS]) {
      expect([name, await app.db.collection(name).countDocuments({ project: moon.id })]).toEqual([name, 0]);
      expect(await app.db.collection(name).countDocuments({ project: mars.id })).toBeGreaterThan(0);
    }
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told).toMatchObject([
      { type: 'project.deleted', project: 'default', data: { id: moon.id, name: 'Moon' } },
    ]);
    // The other one still has time.
    expect((await restore(moon.id)).status).toBe(404);
    expect((await restore(mars.id)).status).toBe(200);
    expect((await mars.client.get<unknown[]>(THINGS)).body).toHaveLength(1);
  });

  it('cannot be restored when the time is over, although they are still there', async () => {
    const moon = await TestProject.create(app);
    await remove(moon.id, moon.name);
    const projects = app.db.collection<{ _id: string }>('_PROJECTS');
    // As if another instance had begun to remove it.
    await projects.updateOne({ _id: moon.id }, { $set: { purging: true } });
    const { status } = await restore(moon.id);
    // Not there at all any more, if the job was quicker than this test.
    expect([404, 410]).toContain(status);
  });
});
