import type { Problem } from '../support/api-client.js';
import { ARCHIVE, ArchiveClient, noise, PNG, type FileAnswer } from '../support/archive-client.js';
import { TestApp } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

interface Link {
  url: string;
  expires_at: string;
}

describe('archive: links', () => {
  let app: TestApp;
  let archive: ArchiveClient;
  beforeAll(async () => {
    app = await TestApp.start();
    archive = new ArchiveClient(app.client);
  });
  afterAll(() => app?.stop());

  const follow = (url: string, init?: RequestInit) => fetch(url, init);
  const send = async (url: string, content: Uint8Array<ArrayBuffer> | string, filename = 'a.bin') => {
    const response = await fetch(url, { method: 'POST', body: ArchiveClient.form(content, { filename }) });
    return { status: response.status, body: (await response.json()) as FileAnswer & Problem };
  };

  describe('to download', () => {
    const linkTo = (id: string, body?: unknown) =>
      app.client.post<Link & Problem>(`${ARCHIVE}/${id}/link`, body);

    it('work without a key until the file goes', async () => {
      const file = await archive.store(PNG, { filename: 'dot.png' });
      const { status, body } = await linkTo(file._id, { expires_in: 600, disposition: 'inline' });
      expect(status).toBe(201);
      expect(Object.keys(body).sort()).toEqual(['expires_at', 'url']);
      expect(body.url.startsWith(`${app.url}${ARCHIVE}/link?`)).toBe(true);
      const left = new Date(body.expires_at).getTime() - Date.now();
      expect(left).toBeGreaterThan(500_000);
      expect(left).toBeLessThanOrEqual(600_000);
      const answer = await follow(body.url, { headers: { range: 'bytes=0-7' } });
      expect(answer.status).toBe(206);
      expect(answer.headers.get('content-disposition')).toBe('inline; filename="dot.png"');
      expect(Buffer.from(await answer.arrayBuffer()).equals(PNG.subarray(0, 8))).toBe(true);
      expect((await follow(`${body.url}&width=2&format=webp`)).headers.get('content-type')).toBe(
        'image/webp',
      );
      await app.client.delete(`${ARCHIVE}/${file._id}`);
      expect((await follow(body.url)).status).toBe(404);
    });

    it('save the file unless they say otherwise, and never show what is not harmless', async () => {
      const page = await archive.store('<html><script>alert(1)</script>', { filename: 'page.html' });
      for (const body of [undefined, {}, { disposition: 'inline' }]) {
        const link = await linkTo(page._id, body);
        const answer = await follow(link.body.url);
        expect(answer.headers.get('content-disposition')).toBe('attachment; filename="page.html"');
      }
    });

    it('end at their time', async () => {
      const file = await archive.store('x');
      const { url } = (await linkTo(file._id, { expires_in: 1 })).body;
      let answer = await follow(url);
      while (answer.status === 200) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        answer = await follow(url);
      }
      expect(answer.status).toBe(404);
    });

    it.each([
      { expires_in: 0 },
      { expires_in: -5 },
      { expires_in: '600' },
      { expires_in: 999_999_999 },
      { expires_in: 700_000 },
      { disposition: 'open' },
      { file: 'x' },
      [],
    ])('are not made from %j', async (body) => {
      const file = await archive.store('x');
      expect((await linkTo(file._id, body)).status).toBe(400);
    });

    it('are not made to what is not there, and need a key to be made', async () => {
      expect((await linkTo('000000000000000000000000')).status).toBe(404);
      const file = await archive.store('x');
      expect((await app.anonymous.post(`${ARCHIVE}/${file._id}/link`)).status).toBe(401);
    });
  });

  describe('to upload', () => {
    const make = (body?: unknown, client = app.client) =>
      client.post<Link & Problem>(`${ARCHIVE}/link`, body);

    it('take one file without a key, once', async () => {
      const { status, body } = await make({ expires_in: 600, filename: 'named.png', metadata: { form: 7 } });
      expect(status).toBe(201);
      const first = await send(body.url, PNG, 'own.png');
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({
        filename: 'named.png',
        mimetype: 'image/png',
        metadata: { form: 7 },
      });
      expect((await archive.download(first.body._id)).status).toBe(200);
      expect(await send(body.url, PNG)).toMatchObject({ status: 410, body: { code: 'gone' } });
    });

    it('take one of many that come at once', async () => {
      const { url } = (await make({ metadata: { race: true } })).body;
      const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => send(url, `try ${n}`)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect((await app.client.get(ARCHIVE, { query: { 'metadata.race': true } })).body).toHaveLength(1);
    });

    it('can be tried again after what was refused', async () => {
      const { url } = (await make({ types: ['image/*'], max_size: 1000 })).body;
      expect(await send(url, 'text')).toMatchObject({ status: 415, body: { code: 'file_type_refused' } });
      expect(await send(url, noise(2000))).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
      expect((await send(url, PNG)).status).toBe(201);
    });

    it('make files of whoever made the link', async () => {
      const user = await TestUser.create(app);
      const { url } = (await make({}, user.client)).body;
      expect((await send(url, 'x')).body.owner).toBe(user.id);
    });

    it.each([
      { max_size: 0 },
      { types: ['images'] },
      { filename: '' },
      { metadata: 'x' },
      { metadata: { $a: 1 } },
      { once: false },
    ])('are not made from %j', async (body) => {
      expect((await make(body)).status).toBe(400);
    });
  });

  it('that are forged, of another kind or without a token are refused', async () => {
    const file = await archive.store('x');
    const download = new URL((await app.client.post<Link>(`${ARCHIVE}/${file._id}/link`)).body.url);
    const upload = new URL((await app.client.post<Link>(`${ARCHIVE}/link`)).body.url);
    const token = download.searchParams.get('token') ?? '';
    const [head, claims, signature] = token.split('.');
    const other = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), file: 'a'.repeat(24) }),
    ).toString('base64url');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    for (const bad of [
      'x',
      `${head}.${other}.${signature}`,
      `${none}.${claims}.`,
      upload.searchParams.get('token') ?? '',
      app.client.url,
    ])
      expect((await follow(`${app.url}${ARCHIVE}/link?token=${encodeURIComponent(bad)}`)).status).toBe(404);
    expect((await send(`${app.url}${ARCHIVE}/link/upload?token=${token}`, 'x')).status).toBe(404);
    expect((await follow(`${app.url}${ARCHIVE}/link`)).status).toBe(400);
    expect((await follow(`${app.url}${ARCHIVE}/link?token=a&token=b`)).status).toBe(400);
  });
});
