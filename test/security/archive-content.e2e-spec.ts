import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveClient, PNG } from '../support/archive-client.js';
import { RawConnection } from '../support/raw-connection.js';
import { TestApp, TEST_SECRET } from '../support/test-app.js';

const SCRIPT = '<script>alert(document.domain)</script>';

describe('files: what they hold harms nobody', () => {
  let app: TestApp;
  let archive: ArchiveClient;
  beforeAll(async () => {
    app = await TestApp.start({ env: { HTTP_REQUEST_TIMEOUT_MS: '1000' } });
    archive = new ArchiveClient(app.client);
  });
  afterAll(() => app?.stop());

  it.each([
    ['HTML', `<!DOCTYPE html><html>${SCRIPT}</html>`, 'page.html', 'text/html'],
    ['HTML that is called text', `<html>${SCRIPT}`, 'notes.txt', 'text/plain'],
    ['HTML that is called a picture', `<html>${SCRIPT}`, 'photo.png', 'image/png'],
    ['HTML behind a comment', `<!-- x --><html>${SCRIPT}`, 'a.txt', 'text/plain'],
    ['HTML with a trailing dot', `<html>${SCRIPT}`, 'page.html.', 'text/html'],
    ['HTML with a MIME parameter', `<html>${SCRIPT}`, 'a.png', 'image/png; x="text/html'],
    ['HTML without an extension', `<html>${SCRIPT}`, 'page', ''],
    ['HTML of a malformed type', `<html>${SCRIPT}`, 'a.html', 'text/html/;;'],
    [
      'XHTML',
      `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">${SCRIPT}</html>`,
      'a.xhtml',
      'application/xhtml+xml',
    ],
    ['SVG', `<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`, 'a.svg', 'image/svg+xml'],
    [
      'SVG that is called a picture',
      `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
      'a.png',
      'image/png',
    ],
    ['XSLT', `<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><a/>`, 'a.xml', 'text/xml'],
    ['a script', 'alert(1)', 'a.js', 'image/gif'],
    ['a page of an unknown extension', `<html>${SCRIPT}`, 'a.qqq', 'image/jpeg'],
  ])('%s is saved, not shown', async (_what, content, filename, type) => {
    const { filepath } = await archive.store(content, { filename, type });
    for (const query of ['', '?disposition=inline']) {
      const { headers } = await archive.download(`${filepath}${query}`);
      expect(headers.get('content-disposition')).toMatch(/^attachment;/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain('sandbox');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  it.each([
    '../../../../tmp/evil',
    '..\\..\\evil.exe',
    '/etc/cron.d/evil',
    'a\u0000b',
    '....//....//evil',
    '%2e%2e%2fevil',
    'CON',
    '.',
  ])('a file named %j is stored where all are, and its name leads nowhere', async (filename) => {
    const file = await archive.store('path', { filename });
    expect(file.filename).not.toMatch(/[/\\\0]/);
    expect((await archive.download(file._id)).bytes.toString()).toBe('path');
    expect((await readdir(join(app.directory, 'files'))).sort()).toEqual(['default']);
  });

  it('a name splits no header', async () => {
    const body = (name: string) =>
      `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\nx\r\n--b--\r\n`;
    for (const name of ['a%0d%0aSet-Cookie: x=1', 'a\\"; filename=b.html', '\u202egnp.exe']) {
      const response = await app.client.fetch('/service/archive/v1', {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        body: body(name),
      });
      const { filepath } = (await response.json()) as { filepath: string };
      const { headers } = await archive.download(filepath);
      expect(headers.get('set-cookie')).toBeNull();
      expect(headers.get('content-disposition')).not.toContain('\u202e');
    }
  });

  it('a polyglot is what its bytes begin with', async () => {
    const polyglot = Uint8Array.from(Buffer.concat([PNG, Buffer.from(`<html>${SCRIPT}`)]));
    const { filepath, mimetype } = await archive.store(polyglot, { filename: 'a.html', type: 'text/html' });
    expect(mimetype).toBe('image/png');
    expect((await archive.download(filepath)).headers.get('content-type')).toBe('image/png');
  });

  it('an upload that only holds the connection is ended, and leaves nothing', async () => {
    const connection = await RawConnection.open(app.url);
    connection.write(
      `POST /service/archive/v1 HTTP/1.1\r\nHost: a\r\nX-API-Key: ${TEST_SECRET}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`,
    );
    const drip = setInterval(() => connection.write('x'), 200);
    const answer = await connection.answer();
    clearInterval(drip);
    expect(answer.status).toBe(408);
    await connection.closed;
    let left = 1;
    while (left > 0) left = (await readdir(join(app.directory, 'files/default/staging'))).length;
  });
});
