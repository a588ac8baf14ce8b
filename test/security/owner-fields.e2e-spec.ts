import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

describe('fields that decide what an account may do', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it.each([{ $set: { role: 'admin' } }, { $push: { roles: 'admin' } }, { $rename: { name: 'role' } }])(
    'a user token beside the secret key does not write them: %j',
    async (document) => {
      const user = await TestUser.create(app, { name: 'admin' });
      const answer = await user.client.patch<Problem>(`${AUTH}/${user.key}`, { document });
      expect(answer.body).toMatchObject({ status: 400, code: 'update_refused' });
      expect((await app.client.get(`${AUTH}/${user.key}`)).body).not.toHaveProperty('role');
    },
  );

  it('the secret key alone does', async () => {
    const user = await TestUser.create(app, { role: 'user' });
    const document = { $set: { role: 'admin' } };
    expect((await app.client.patch(`${AUTH}/${user.key}`, { document })).body).toMatchObject({
      role: 'admin',
    });
  });
});
