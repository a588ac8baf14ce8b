import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendJson, type Recorded } from '../provider/http-stand-in.ts';
import { fail } from './gemini-replies.ts';

interface Upload {
  mimeType: string;
  displayName?: string;
  size: number;
  bytes: Buffer;
}

const LIFE_MS = 48 * 3600 * 1000;

/** The file API with its resumable uploads. */
export class GeminiFilesStandIn {
  readonly files = new Map<string, Record<string, unknown> & { bytes: Buffer }>();
  private readonly uploads = new Map<string, Upload>();

  /** @returns whether the request was one for files */
  answer(request: Recorded, response: ServerResponse, url: string): boolean {
    if (request.path === '/upload/v1beta/files') this.upload(request, response, url);
    else if (request.path.startsWith('/v1beta/files/')) this.file(request, response);
    else return false;
    return true;
  }

  private upload(request: Recorded, response: ServerResponse, url: string): void {
    const command = String(request.headers['x-goog-upload-command']);
    if (command === 'start') return this.start(request, response, url);
    const id = request.query.get('upload_id') ?? '';
    const upload = this.uploads.get(id);
    const offset = Number(request.headers['x-goog-upload-offset']);
    if (!upload || offset !== upload.bytes.length)
      return void fail(
        400,
        'INVALID_ARGUMENT',
        'There is no such upload, or not at this offset.',
      )(request, response);
    upload.bytes = Buffer.concat([upload.bytes, request.bytes]);
    if (!command.includes('finalize'))
      return sendJson(response, 200, {}, { 'x-goog-upload-status': 'active' });
    this.uploads.delete(id);
    sendJson(response, 200, { file: this.finish(upload, url) }, { 'x-goog-upload-status': 'final' });
  }

  private start(request: Recorded, response: ServerResponse, url: string): void {
    const { file } = request.body as { file: { mimeType: string; displayName?: string } };
    const id = randomBytes(8).toString('hex');
    this.uploads.set(id, {
      ...file,
      size: Number(request.headers['x-goog-upload-header-content-length']),
      bytes: Buffer.alloc(0),
    });
    const uploadUrl = `${url}/upload/v1beta/files?upload_id=${id}&upload_protocol=resumable`;
    sendJson(response, 200, {}, { 'x-goog-upload-url': uploadUrl, 'x-goog-upload-status': 'active' });
  }

  private finish({ mimeType, displayName, bytes }: Upload, url: string) {
    const name = `files/${randomBytes(6).toString('hex')}`;
    const now = new Date();
    const file = {
      name,
      displayName,
      mimeType,
      sizeBytes: String(bytes.length),
      createTime: now.toISOString(),
      updateTime: now.toISOString(),
      expirationTime: new Date(now.getTime() + LIFE_MS).toISOString(),
      sha256Hash: createHash('sha256').update(bytes).digest('base64'),
      uri: `${url}/v1beta/${name}`,
      state: 'ACTIVE',
      source: 'UPLOADED',
    };
    this.files.set(name, { ...file, bytes });
    return file;
  }

  private file(request: Recorded, response: ServerResponse): void {
    const name = request.path.slice('/v1beta/'.length);
    const known = this.files.get(name);
    if (!known) {
      const message = `You do not have permission to access the File ${name.slice(6)} or it may not exist.`;
      return void fail(403, 'PERMISSION_DENIED', message)(request, response);
    }
    const { bytes: _bytes, ...file } = known;
    if (request.method === 'DELETE') this.files.delete(name);
    sendJson(response, 200, request.method === 'DELETE' ? {} : file);
  }
}
