import { connect } from 'node:net';
import { ArchiveClient, noise, PNG, type FileAnswer } from '../support/archive-client.js';
import { TestApp, TEST_SECRET } from '../support/test-app.js';

describe('archive: parts of files, and files that clients have already', () => {
  let app: TestApp;
  let archive: ArchiveClient;
  let file: FileAnswer;
  const content = Buffer.from(noise(10_000));
  const get = (headers: Record<string, string>, method = 'GET') =>
    archive.download(file._id, headers, method);

  beforeAll(async () => {
    app = await TestApp.start();
    archive = new ArchiveClient(app.client);
    file = await archive.store(noise(10_000));
  });
  afterAll(() => app?.stop());

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=9990-', 9990, 9999],
    ['bytes=-1', 9999, 9999],
    ['bytes=-20000', 0, 9999],
    ['bytes=5000-99999', 5000, 9999],
    ['bytes=0-0', 0, 0],
    ['BYTES= 1 - 2 ', 1, 2],
  ])('sends %s', async (range, start, end) => {
    const answer = await get({ range });
    expect(answer.status).toBe(range.includes(' - ') ? 200 : 206);
    if (answer.status === 200) return;
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/10000`);
    expect(answer.headers.get('content-length')).toBe(String(end - start + 1));
    expect(answer.bytes.equals(content.subarray(start, end + 1))).toBe(true);
  });

  it('sends several ranges in one body', async () => {
    const answer = await get({ range: 'bytes=0-9,5000-5009, -10' });
    expect(answer.status).toBe(206);
    const [, boundary] =
      /^multipart\/byteranges; boundary=(\w+)$/.exec(answer.headers.get('content-type') ?? '') ?? [];
    expect(answer.headers.get('content-length')).toBe(String(answer.bytes.length));
    const parts = answer.bytes.toString('latin1').split(`\r\n--${boundary}`);
    expect(parts).toHaveLength(5);
    const expected = [
      [0, 9],
      [5000, 5009],
      [9990, 9999],
    ].map(
      ([start, end]) =>
        `\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${start}-${end}/10000\r\n\r\n${content.toString('latin1', start, end + 1)}`,
    );
    expect(parts).toEqual(['', ...expected, '--\r\n']);
  });

  it.each(['bytes=10000-', 'bytes=-0', 'bytes=20000-30000,10000-'])('answers 416 to %s', async (range) => {
    const answer = await get({ range });
    expect(answer.status).toBe(416);
    expect(answer.headers.get('content-range')).toBe('bytes */10000');
    expect(answer.bytes).toHaveLength(0);
  });

  it.each([
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=5-1',
    'bytes=1-2-3',
    'lines=0-1',
    'bytes=0-1=2',
    `bytes=${Array.from({ length: 17 }, (_, n) => `${n}-${n}`).join(',')}`,
    'bytes=0-9999,0-9999',
    'bytes=0x0-0x9',
    'bytes=99999999999999999999999-1',
  ])('sends the whole file for %s', async (range) => {
    const answer = await get({ range });
    expect(answer.status).toBe(200);
    expect(answer.bytes.equals(content)).toBe(true);
  });

  it('answers HEAD with the whole, whatever the range', async () => {
    const answer = await get({ range: 'bytes=0-1' }, 'HEAD');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('10000');
  });

  it('sends no range of an empty file', async () => {
    const empty = await archive.store('');
    expect((await archive.download(empty._id, { range: 'bytes=0-' })).status).toBe(416);
    expect((await archive.download(empty._id, {})).status).toBe(200);
  });

  const etag = (): string => `"${file.sha256}"`;
  const modified = () => new Date(file.uploaded_at).toUTCString();
  const earlier = () => new Date(new Date(file.uploaded_at).getTime() - 60_000).toUTCString();

  it.each<[number, Record<string, () => string>]>([
    [304, { 'if-none-match': () => etag() }],
    [304, { 'if-none-match': () => `"other", W/${etag()}` }],
    [304, { 'if-none-match': () => '*' }],
    [200, { 'if-none-match': () => '"other"' }],
    [200, { 'if-none-match': () => '"other"', 'if-modified-since': modified }],
    [304, { 'if-modified-since': modified }],
    [200, { 'if-modified-since': earlier }],
    [200, { 'if-modified-since': () => 'yesterday' }],
    [200, { 'if-match': () => etag() }],
    [412, { 'if-match': () => `W/${etag()}` }],
    [412, { 'if-match': () => '"other"' }],
    [412, { 'if-unmodified-since': earlier }],
    [200, { 'if-unmodified-since': modified }],
    [206, { range: () => 'bytes=0-1', 'if-range': () => etag() }],
    [206, { range: () => 'bytes=0-1', 'if-range': modified }],
    [200, { range: () => 'bytes=0-1', 'if-range': () => '"other"' }],
    [200, { range: () => 'bytes=0-1', 'if-range': () => `W/${etag()}` }],
    [200, { range: () => 'bytes=0-1', 'if-range': earlier }],
    [304, { range: () => 'bytes=0-1', 'if-none-match': () => etag() }],
  ])('answers %i to %o', async (status, headers) => {
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value()]));
    const answer = await get(sent);
    expect(answer.status).toBe(status);
    if (status === 304 || status === 412) expect(answer.bytes).toHaveLength(0);
    if (status === 304) expect(answer.headers.get('etag')).toBe(etag());
  });

  it('lets go of a file when the client goes away in the middle', async () => {
    const large = await archive.store(noise(8_000_000, 7));
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${large.filepath} HTTP/1.1\r\nHost: a\r\nX-API-Key: ${TEST_SECRET}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect((await archive.download(large._id)).bytes).toHaveLength(8_000_000);
  });

  it.each([
    ['plain.txt', 'attachment; filename="plain.txt"'],
    ['with space.txt', 'attachment; filename="with space.txt"'],
    ['Übersicht „2026“.txt', "filename*=UTF-8''%C3%9Cbersicht%20%E2%80%9E2026%E2%80%9C.txt"],
    ['50% off.txt', '50% off.txt'],
    ['../../etc/passwd', 'attachment; filename="passwd"'],
    ['C:\\Windows\\win.ini', 'attachment; filename="win.ini"'],
    ['..', 'attachment; filename="file"'],
  ])('gives %s its name back', async (filename, disposition) => {
    const named = await archive.store('x', { filename });
    const answer = await archive.download(`${named.filepath}?disposition=attachment`);
    expect(answer.headers.get('content-disposition')).toContain(disposition);
  });

  it('shows what is harmless, and saves all else', async () => {
    const dispositionOf = async (bytes: string | Uint8Array<ArrayBuffer>, query = '') => {
      const { filepath } = await archive.store(bytes);
      const answer = await archive.download(`${filepath}${query}`);
      return answer.headers.get('content-disposition')?.split(';')[0];
    };
    expect(await dispositionOf(PNG)).toBe('inline');
    expect(await dispositionOf(PNG, '?disposition=attachment')).toBe('attachment');
    expect(await dispositionOf('%PDF-1.7\n', '?disposition=inline')).toBe('attachment');
  });
});
