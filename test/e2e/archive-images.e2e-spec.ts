import { deflateSync, crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { Problem } from '../support/api-client.js';
import { ArchiveClient, noise, type FileAnswer } from '../support/archive-client.js';
import { TestApp } from '../support/test-app.js';

/** A PNG whose header promises many pixels, with hardly any bytes. */
function bomb(width: number, height: number): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.alloc(Math.min((width + 1) * height, 10_000_000)));
  return Uint8Array.from(
    Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]),
  );
}

describe('archive: images', () => {
  let app: TestApp;
  let archive: ArchiveClient;
  let photo: FileAnswer;
  const get = (query: string, headers: Record<string, string> = {}, file = photo) =>
    archive.download(`${file.filepath}?${query}`, headers);
  const sizeOf = async (bytes: Buffer) => {
    const { width, height, format } = await sharp(bytes).metadata();
    return { width, height, format };
  };

  beforeAll(async () => {
    app = await TestApp.start({ env: { ARCHIVE_IMAGE_EDGE: '500' } });
    archive = new ArchiveClient(app.client);
    const image = await sharp({ create: { width: 200, height: 100, channels: 3, background: '#c40' } })
      .jpeg()
      .toBuffer();
    photo = await archive.store(Uint8Array.from(image), { filename: 'photo.jpeg' });
  });
  afterAll(() => app?.stop());

  it.each([
    ['width=50', { width: 50, height: 25, format: 'jpeg' }],
    ['height=50', { width: 100, height: 50, format: 'jpeg' }],
    ['width=50&height=50', { width: 50, height: 50, format: 'jpeg' }],
    ['width=50&height=50&fit=inside', { width: 50, height: 25, format: 'jpeg' }],
    ['width=50&height=50&fit=outside', { width: 100, height: 50, format: 'jpeg' }],
    ['width=40&format=png', { width: 40, height: 20, format: 'png' }],
    ['format=webp&quality=10', { width: 200, height: 100, format: 'webp' }],
    ['width=20&format=avif', { width: 20, height: 10, format: 'heif' }],
  ])('come as %s', async (query, expected) => {
    const answer = await get(query);
    expect(answer.status).toBe(200);
    expect(await sizeOf(answer.bytes)).toEqual(expected);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    // The second answer is that of the cache.
    const again = await get(query);
    expect(again.bytes.equals(answer.bytes)).toBe(true);
    expect(again.headers.get('etag')).toBe(answer.headers.get('etag'));
  });

  it('have names, types and tags of their own', async () => {
    const answer = await get('width=30&format=webp');
    expect(answer.headers.get('content-disposition')).toBe('inline; filename="photo.webp"');
    expect(answer.headers.get('content-type')).toBe('image/webp');
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).not.toBe((await get('width=31&format=webp')).headers.get('etag'));
    expect(etag).not.toBe((await archive.download(photo._id)).headers.get('etag'));
    expect((await get('width=30&format=webp', { 'if-none-match': etag })).status).toBe(304);
  });

  it.each([
    'width=0',
    'width=501',
    'width=99999',
    'width=1.5',
    'width=x',
    'height=-1',
    'fit=stretch',
    'format=svg',
    'quality=101',
    'quality=0',
    'blur=3',
    'width=1&width=2',
  ])('are refused for %s', async (query) => {
    expect((await get(query)).status).toBe(400);
  });

  it('are refused when the result would be too large, though nobody asked for that', async () => {
    const strip = await sharp({ create: { width: 1, height: 400, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    const file = await archive.store(Uint8Array.from(strip));
    const answer = await get('width=10', {}, file);
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.bytes.toString()) as Problem).toMatchObject({ code: 'image_refused' });
  });

  it('do not explode: a picture of a billion pixels in a few bytes is refused', async () => {
    const file = await archive.store(bomb(40_000, 40_000), { filename: 'bomb.png' });
    expect(file.mimetype).toBe('image/png');
    expect((await get('width=10', {}, file)).status).toBe(422);
  });

  it.each([
    ['text', 'words', 'a.png'],
    ['noise', noise(1000), 'b.jpg'],
    [
      'an SVG, which could reach out',
      '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
      'c.svg',
    ],
    ['a PDF', '%PDF-1.7\n', 'd.pdf'],
    ['a damaged picture', Uint8Array.from(bomb(10, 10).subarray(0, 50)), 'e.png'],
  ])('cannot be made of %s', async (_what, content, filename) => {
    const file = await archive.store(content, { filename });
    expect((await get('width=10', {}, file)).status).toBe(422);
  });
});
