import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { ARCHIVE, ArchiveClient, type FileAnswer } from '../support/archive-client.js';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { ROOT } from '../support/build.js';
import { FlakyProxy } from '../support/flaky-proxy.js';
import { declare, PageUser, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { makeKey } from '../support/test-project.js';
import { TestUser } from '../support/test-user.js';

const TUS = readFileSync(join(ROOT, 'node_modules/tus-js-client/dist/tus.min.js'));

/** Serves the page of an application, on an origin of its own. */
async function servePage(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/tus.js') response.setHeader('Content-Type', 'text/javascript').end(TUS);
    else
      response
        .setHeader('Content-Type', 'text/html')
        .end('<!doctype html><script src="/tus.js"></script><video muted></video><img>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

interface Outcome {
  id: string;
  progress: number[];
  retries: number;
}

interface Seen {
  times: number[];
  width: number;
  error?: string;
}

/** What the page does with a video; it is run there. */
const SEEK = `async (source) => {
  const video = document.querySelector('video');
  const next = (event) => new Promise((resolve) => video.addEventListener(event, resolve, { once: true }));
  const loaded = next('loadeddata');
  video.src = source;
  await loaded;
  await video.play();
  const times = [];
  for (const time of [0.8, 0.2]) {
    const seeked = next('seeked');
    video.currentTime = time;
    await seeked;
    times.push(video.currentTime);
  }
  return { times, width: video.videoWidth, error: video.error?.message };
}`;

/** The same with a picture. */
const SHOW = `async (source) => {
  const image = document.querySelector('img');
  image.src = source;
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}`;

describeInBrowser('archive: a page in a browser', () => {
  let pages: Server;
  let network: FlakyProxy;
  let app: TestApp;
  let browser: Browser;
  let page: Page;
  let headers: Record<string, string>;

  beforeAll(async () => {
    [pages, network, browser] = await Promise.all([servePage(), FlakyProxy.start(), launchBrowser()]);
    const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    app = await TestApp.start({ env: { CORS_ORIGINS: origin, BASE_URL: network.url } });
    network.target = app.url;
    const own = { owner: '$user._id' };
    await declare(app, '_ARCHIVE', { rules: { list: own, view: own, create: own } });
    const { key } = await makeKey(app.client, { type: 'publishable' });
    const user = await TestUser.create(app);
    headers = { 'X-API-Key': key, Authorization: `Bearer ${user.token}` };
    page = await browser.newPage();
    await page.goto(origin);
  });
  afterAll(async () => {
    await browser?.close();
    await network?.stop();
    await new Promise((resolve) => pages?.close(resolve));
    await app?.stop();
  });

  /** Uploads what `make` returns in the page, with tus-js-client as applications use it. */
  const upload = (source: string) =>
    page.evaluate(
      async ({ endpoint, headers, source }) => {
        const blob = (await (0, eval)(`(${source})()`)) as unknown;
        const progress: number[] = [];
        let retries = 0;
        const { Upload } = (globalThis as unknown as { tus: typeof import('tus-js-client') }).tus;
        return new Promise<Outcome>((resolve, reject) => {
          const upload = new Upload(blob as File, {
            endpoint,
            headers,
            retryDelays: [0, 100, 300, 1000, 2000],
            metadata: { filename: 'film.webm', metadata: '{"kind":"film"}' },
            onShouldRetry: () => {
              retries += 1;
              return true;
            },
            onProgress: (sent, total) => progress.push(sent / total),
            onError: reject,
            onSuccess: () => resolve({ id: upload.url?.split('/').at(-1) ?? '', progress, retries }),
          });
          upload.start();
        });
      },
      { endpoint: `${network.url}${ARCHIVE}/resumable`, headers, source },
    );
  const linkTo = (id: string) =>
    page.evaluate(
      async ({ url, headers }) => {
        const body = JSON.stringify({ disposition: 'inline' });
        const response = await fetch(url, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' },
          body,
        });
        return ((await response.json()) as { url: string }).url;
      },
      { url: `${network.url}${ARCHIVE}/${id}/link`, headers },
    );

  it('uploads with progress, loses its network half-way, and goes on', async () => {
    network.breakOnceAfter(4_000_000);
    const { id, progress, retries } = await upload(
      `() => new File([new Uint8Array(8_000_000).map((_, n) => n % 251)], 'film.webm')`,
    );
    expect(network.breaks).toBe(1);
    expect(retries).toBeGreaterThanOrEqual(1);
    expect(progress.length).toBeGreaterThan(2);
    expect(progress.at(-1)).toBe(1);
    const content = Uint8Array.from({ length: 8_000_000 }, (_, n) => n % 251);
    const answer = await new ArchiveClient(app.client).download(id);
    expect(answer.bytes.equals(content)).toBe(true);
    const [file] = (await app.client.get<FileAnswer[]>(ARCHIVE, { query: { _id: id } })).body;
    expect(file.metadata).toEqual({ kind: 'film' });
  });

  it('plays a video, and seeks in it', async () => {
    const { id } = await upload(`async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
      const pen = canvas.getContext('2d');
      let frame = 0;
      const drawing = setInterval(() => {
        pen.fillStyle = 'hsl(' + (frame++ * 20) + ' 100% 50%)';
        pen.fillRect(0, 0, 64, 64);
      }, 40);
      const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' });
      const chunks = [];
      recorder.ondataavailable = ({ data }) => chunks.push(data);
      const stopped = new Promise((resolve) => (recorder.onstop = resolve));
      recorder.start(100);
      while (frame < 40) await new Promise((resolve) => setTimeout(resolve, 50));
      recorder.stop();
      await stopped;
      clearInterval(drawing);
      return new File(chunks, 'film.webm');
    }`);
    const url = await linkTo(id);
    const seen = await page.evaluate<Seen>(`(${SEEK})(${JSON.stringify(url)})`);
    expect(seen).toEqual({ times: [expect.any(Number), expect.any(Number)], width: 64, error: undefined });
    expect(seen.times[0]).toBeGreaterThan(seen.times[1]);
  });

  it('shows a resized picture', async () => {
    const picture = await sharp({ create: { width: 400, height: 200, channels: 3, background: '#08c' } })
      .png()
      .toBuffer();
    const user = await PageUser.create(app, await withPublishableKey(app));
    const archive = new ArchiveClient(user.client);
    const file = await archive.store(Uint8Array.from(picture), { filename: 'sky.png' });
    const { url } = (
      await user.client.post<{ url: string }>(`${ARCHIVE}/${file._id}/link`, { disposition: 'inline' })
    ).body;
    const size = await page.evaluate<number[]>(
      `(${SHOW})(${JSON.stringify(`${url}&width=100&format=webp`)})`,
    );
    expect(size).toEqual([100, 50]);
  });
});
