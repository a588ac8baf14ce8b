import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { KEY, makeKey, withKey, type NewKey } from '../support/test-project.js';

const THINGS = '/service/storage/v1/things';

describe('the rotation of a key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const statusWith = async (key: { key: string }) => (await withKey(app, key).get(THINGS)).status;
  const rotate = (key: NewKey, body?: object) =>
    app.client.post<NewKey & Problem>(`${KEY}/${key.id}/rotate`, body);
  const passGrace = (key: NewKey) =>
    app.db
      .collection<{ _id: string }>('_KEYS')
      .updateOne({ _id: key.id }, { $set: { 'retired.$[].until': new Date() } });

  it('gives it another text, and keeps everything else', async () => {
    const { key, ...known } = await makeKey(app.client, {
      scopes: ['storage:*'],
      origins: ['https://shop.example.com'],
      expires_at: '2099-01-01T00:00:00.000Z',
    });
    const { status, body } = await rotate({ key, ...known });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...known,
      key: expect.stringMatching(/^cgx_sk_/) as string,
      rotated_at: expect.any(String) as string,
    });
    expect(body.key).not.toBe(key);
    expect([await statusWith({ key }), await statusWith(body)]).toEqual([401, 200]);
  });

  it('leaves the old text good until the grace is over', async () => {
    const old = await makeKey(app.client);
    const { body: fresh } = await rotate(old, { grace: 3600 });
    expect([await statusWith(old), await statusWith(fresh)]).toEqual([200, 200]);
    await passGrace(old);
    while ((await statusWith(old)) !== 401);
    expect(await statusWith(fresh)).toBe(200);
  });

  it('without grace ends every earlier text', async () => {
    const first = await makeKey(app.client);
    const { body: second } = await rotate(first, { grace: 3600 });
    const { body: third } = await rotate(second, { grace: 3600 });
    expect([await statusWith(first), await statusWith(second)]).toEqual([200, 200]);
    const { body: fourth } = await rotate(third, { grace: 0 });
    const statuses = await Promise.all([first, second, third, fourth].map(statusWith));
    expect(statuses).toEqual([401, 401, 401, 200]);
  });

  it('never makes an old text good for longer than it was', async () => {
    const first = await makeKey(app.client);
    const { body: second } = await rotate(first, { grace: 3600 });
    await passGrace(first);
    await rotate(second, { grace: 3600 });
    expect([await statusWith(first), await statusWith(second)]).toEqual([401, 200]);
  });

  it('is undone by nothing: revoking ends all texts', async () => {
    const old = await makeKey(app.client);
    const { body: fresh } = await rotate(old, { grace: 3600 });
    await app.client.delete(`${KEY}/${old.id}`);
    expect([await statusWith(old), await statusWith(fresh)]).toEqual([401, 401]);
  });

  it('that happens twice at once gives each text that was handed out its due', async () => {
    const old = await makeKey(app.client);
    const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(old, { grace: 3600 })));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    for (const { body } of made) expect(await statusWith(body)).toBe(200);
    expect(await statusWith(old)).toBe(200);
  });

  it('can be done only so often within the grace', async () => {
    const key = await makeKey(app.client);
    const statuses: number[] = [];
    for (let index = 0; index < 11; index += 1) statuses.push((await rotate(key, { grace: 3600 })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(201), 409]);
    expect((await rotate(key)).status).toBe(201);
  });

  it.each([{ grace: -1 }, { grace: 1.5 }, { grace: '60' }, { grace: 1e9 }, { grace: {} }, { force: true }])(
    'refuses %j',
    async (body) => {
      const key = await makeKey(app.client);
      expect((await rotate(key, body)).body).toMatchObject({ status: 400, code: 'validation_failed' });
    },
  );
});
