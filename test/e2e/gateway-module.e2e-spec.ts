import { AuthService } from '../../src/services/auth/index.js';
import type { Problem } from '../support/api-client.js';
import { NotesModule } from '../support/gateway/notes/notes.module.js';
import { TestApp } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const NOTES = '/gateway/notes';
const NOTE = { text: 'The key is under the mat.', passphrase: 'open sesame' };
const CLEANER_KEY = 'the-cleaner-of-the-notes-and-nobody-else';

describe('an application module of one’s own', () => {
  let app: TestApp;
  let ada: TestUser;

  beforeAll(async () => {
    app = await TestApp.start({ imports: [NotesModule] });
    ada = await TestUser.create(app);
  });
  afterAll(() => app.stop());

  const write = async () => (await ada.client.post<{ link: string }>(NOTES, NOTE)).body.link;
  const refused = async (answer: Promise<{ status: number; body: Problem }>, status: number, code: string) =>
    expect((await answer).body).toMatchObject({ status, code });

  it('knows the user whom @Access({ user: required }) demands', async () => {
    const link = await write();
    const { body } = await app.anonymous.post(`${NOTES}/open/${link}`, { passphrase: NOTE.passphrase });
    expect(body).toEqual({ author: ada.key, text: NOTE.text });
    await refused(app.client.post(NOTES, NOTE), 401, 'token_required');
    await refused(app.anonymous.as(ada.token).post(NOTES, NOTE), 401, 'api_key_required');
  });

  it('hashes with Passwords and keeps its documents in a collection of Database', async () => {
    await write();
    const stored = await app.db.collection('_NOTES').findOne({ author: ada.key });
    expect(stored).toMatchObject({ text: NOTE.text });
    expect(stored?.passphrase).toMatch(/^\$2b\$/);
    await refused(
      app.anonymous.post(`${NOTES}/open/${await write()}`, { passphrase: 'open barley' }),
      404,
      'not_found',
    );
  });

  it('signs links with Tokens, which are not user tokens', async () => {
    await refused(
      app.anonymous.post(`${NOTES}/open/${ada.token}`, { passphrase: NOTE.passphrase }),
      404,
      'not_found',
    );
    await refused(app.client.as(await write()).post(NOTES, NOTE), 401, 'token_invalid');
  });

  it('has validation and problems like every service', async () => {
    await refused(ada.client.post(NOTES, { ...NOTE, passphrase: 'short' }), 400, 'validation_failed');
    await refused(ada.client.post(NOTES, { ...NOTE, author: 'bob' }), 400, 'validation_failed');
    const { body } = await ada.client.post<Problem>(NOTES, { ...NOTE, passphrase: '🔑'.repeat(30) });
    expect(body).toMatchObject({ code: 'password_too_long', errors: [{ field: '/passphrase' }] });
  });

  it('has users of a collection of its own, apart from those of the product', async () => {
    const auditor = { _key: 'eve@example.com', _password: 'trust but verify' };
    await app.nest.get(AuthService).signUp(auditor, '_AUDITORS');
    const { body } = await app.client.post<{ token: string }>(`${NOTES}/auditors/signin`, auditor);

    const counted = await app.anonymous.as(body.token).get<{ notes: number }>(`${NOTES}/count`);
    expect(counted.body.notes).toBe(await app.db.collection('_NOTES').countDocuments());
    await refused(app.anonymous.as(ada.token).get(`${NOTES}/count`), 401, 'token_invalid');
    await refused(app.client.as(body.token).post(NOTES, NOTE), 401, 'token_invalid');
    await refused(app.client.post('/service/auth/v1/signin', auditor), 401, 'credentials_invalid');
  });

  it('has a route with a secret of its own, which the server key does not open', async () => {
    await write();
    await refused(app.client.delete(NOTES), 401, 'api_key_invalid');
    await refused(app.anonymous.delete(NOTES), 401, 'api_key_required');
    const cleaned = await app.anonymous.with({ 'x-api-key': CLEANER_KEY }).delete<{ notes: number }>(NOTES);
    expect(cleaned.body.notes).toBeGreaterThan(0);
    expect(await app.db.collection('_NOTES').countDocuments()).toBe(0);
  });

  it('stands in the OpenAPI document with what each route asks for', async () => {
    const { body } = await app.anonymous.get<{
      paths: Record<string, Record<string, { security?: unknown }>>;
    }>('/docs-json');
    const { paths } = body;
    expect(paths[NOTES].post.security).toEqual([{ apiKey: [], userToken: [] }]);
    expect(paths[NOTES].delete.security).toEqual([{ apiKey: [] }]);
    expect(paths[`${NOTES}/count`].get.security).toEqual([{ userToken: [] }]);
    expect(paths[`${NOTES}/open/{link}`].post.security).toBeUndefined();
  });
});
