import type { ApiClient, Problem } from '../support/api-client.js';
import { CookieJar } from '../support/cookie-jar.js';
import { makeKey } from '../support/test-project.js';
import { TestApp, TEST_SECRET } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

const THINGS = '/service/storage/v1/things';

describe('a session that the browser names by a cookie', () => {
  let app: TestApp;
  let user: TestUser;
  let jar: CookieJar;
  let csrf: string;
  let publishable: string;
  beforeAll(async () => {
    app = await TestApp.start();
    user = await TestUser.create(app);
    publishable = (await makeKey(app.client, { type: 'publishable' })).key;
    const { headers, body } = await app.client.post<SignedIn>(`${AUTH}/signin`, {
      _key: user.key,
      _password: user.password,
    });
    jar = new CookieJar().take(headers);
    csrf = body.csrf_token;
  });
  afterAll(() => app.stop());

  /** What changes something for the user, by method and path. */
  const changes = (): [string, string, unknown?][] => [
    ['POST', THINGS, { name: 'lamp' }],
    ['PATCH', THINGS, { query: {}, document: { $set: { name: 'desk' } } }],
    ['DELETE', `${THINGS}/one`],
    ['PATCH', `${AUTH}/${user.key}`, { document: { $set: { seen: true } } }],
    ['POST', `${AUTH}/token`],
    ['POST', `${AUTH}/signout`],
  ];
  const refusals = async (client: ApiClient) => {
    const answers = [];
    for (const [method, path, body] of changes())
      answers.push((await client.send<Problem>(method, path, body)).body.code);
    return new Set(answers);
  };
  const keys = () => [TEST_SECRET, publishable];

  it('changes nothing without its token, whatever key is sent beside the cookie', async () => {
    for (const key of keys())
      expect(await refusals(jar.on(app.anonymous).with({ 'x-api-key': key }))).toEqual(
        new Set(['csrf_token_invalid']),
      );
  });

  it.each<[string, () => Record<string, string>]>([
    ['the token of another session', () => ({ 'x-csrf-token': user.signedIn.csrf_token })],
    ['an empty token', () => ({ 'x-csrf-token': '' })],
    ['a part of the token', () => ({ 'x-csrf-token': csrf.slice(0, -1) })],
    ['the token in a cookie alone', () => ({ cookie: `${jar.header}; X-CSRF-Token=${csrf}` })],
    ['another method in a header', () => ({ 'x-http-method-override': 'GET' })],
    ['the origin of the server itself', () => ({ origin: app.url, 'sec-fetch-site': 'same-origin' })],
  ])('is not moved by %s', async (_what, headers) => {
    for (const key of keys())
      expect(await refusals(jar.on(app.anonymous).with({ 'x-api-key': key, ...headers() }))).toEqual(
        new Set(['csrf_token_invalid']),
      );
  });

  it('is not taken from the cookie where a header names another one', async () => {
    const client = jar.on(app.client).with({ authorization: 'Bearer nonsense' });
    expect((await client.post<Problem>(THINGS, { name: 'lamp' })).body.code).toBe('token_invalid');
  });

  it('changes what it may with its token', async () => {
    const client = jar.on(app.client).with({ 'x-csrf-token': csrf });
    expect((await client.post(THINGS, { name: 'lamp' })).status).toBe(201);
  });
});
