import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { isSigned } from './s3-signature.ts';

export const S3_ACCESS_KEY = 'AKIDEXAMPLE';
export const S3_SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
export const S3_BUCKET = 'coglex-files';

interface Stored {
  bytes: Buffer;
  modified: Date;
}

interface MultipartUpload {
  key: string;
  parts: Map<number, Buffer>;
  initiated: Date;
}

/** Smallest part but the last, as S3 demands. */
const MIN_PART = 5 * 1024 ** 2;
const PAGE = 3;

const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** What of S3 the archive speaks, over HTTP and with signatures, for one bucket in memory. */
export class S3Server {
  readonly objects = new Map<string, Stored>();
  readonly uploads = new Map<string, MultipartUpload>();
  /** Requests of each kind that have come. */
  readonly requests: string[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<S3Server> {
    const s3 = new S3Server();
    await new Promise<void>((resolve) => s3.server.listen(0, '127.0.0.1', resolve));
    return s3;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Settings of an application that keeps its files here. */
  get env(): Record<string, string> {
    return {
      S3_ENDPOINT: this.endpoint,
      S3_BUCKET,
      S3_ACCESS_KEY_ID: S3_ACCESS_KEY,
      S3_SECRET_ACCESS_KEY: S3_SECRET_KEY,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { pathname, searchParams } = new URL(request.url ?? '', this.endpoint);
    const [, bucket, ...rest] = pathname.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    if (!isSigned(request, body, S3_ACCESS_KEY, S3_SECRET_KEY))
      return fail(response, 403, 'SignatureDoesNotMatch');
    if (bucket !== S3_BUCKET) return fail(response, 404, 'NoSuchBucket');
    this.requests.push(
      `${request.method} ${[...searchParams.keys()].filter((name) => name !== 'x-id').join(',')}`,
    );
    const uploadId = searchParams.get('uploadId');
    if (uploadId !== null) return this.multipart(request, response, uploadId, searchParams, body);
    if (request.method === 'POST' && searchParams.has('uploads')) return this.begin(response, key);
    if (request.method === 'GET' && searchParams.has('uploads')) return this.listUploads(response);
    if (request.method === 'GET' && key === '') return this.list(response, searchParams);
    if (request.method === 'PUT') {
      this.objects.set(key, { bytes: body, modified: new Date() });
      return void response.writeHead(200, { ETag: etagOf(body) }).end();
    }
    if (request.method === 'DELETE') {
      this.objects.delete(key);
      return void response.writeHead(204).end();
    }
    if (request.method === 'GET') return this.get(response, key, request.headers.range);
    fail(response, 405, 'MethodNotAllowed');
  }

  private get(response: ServerResponse, key: string, range: string | undefined): void {
    const bytes = this.objects.get(key)?.bytes;
    if (!bytes) return fail(response, 404, 'NoSuchKey');
    const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
    if (!match) return void response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
    const [start, end] = [Number(match[1]), Math.min(Number(match[2]), bytes.length - 1)];
    if (start >= bytes.length) return fail(response, 416, 'InvalidRange');
    const headers = {
      'Content-Length': end - start + 1,
      'Content-Range': `bytes ${start}-${end}/${bytes.length}`,
    };
    response.writeHead(206, headers).end(bytes.subarray(start, end + 1));
  }

  private begin(response: ServerResponse, key: string): void {
    const id = randomBytes(8).toString('hex');
    this.uploads.set(id, { key, parts: new Map(), initiated: new Date() });
    send(
      response,
      `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }

  private multipart(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    query: URLSearchParams,
    body: Buffer,
  ): void {
    const upload = this.uploads.get(id);
    if (!upload) return fail(response, 404, 'NoSuchUpload');
    if (request.method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body);
      return void response.writeHead(200, { ETag: etagOf(body) }).end();
    }
    if (request.method === 'DELETE') {
      this.uploads.delete(id);
      return void response.writeHead(204).end();
    }
    const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) =>
      Number(number),
    );
    const parts = numbers.map((number) => upload.parts.get(number) ?? Buffer.alloc(0));
    if (parts.slice(0, -1).some((part) => part.length < MIN_PART))
      return fail(response, 400, 'EntityTooSmall');
    this.objects.set(upload.key, { bytes: Buffer.concat(parts), modified: new Date() });
    this.uploads.delete(id);
    send(response, '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>');
  }

  /** Pages are small, so that clients must ask for the next. */
  private list(response: ServerResponse, query: URLSearchParams): void {
    const prefix = query.get('prefix') ?? '';
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const from = Number(query.get('continuation-token') ?? 0);
    const contents = keys.slice(from, from + PAGE).map((key) => {
      const { bytes, modified } = this.objects.get(key) as Stored;
      return `<Contents><Key>${escape(key)}</Key><Size>${bytes.length}</Size><LastModified>${modified.toISOString()}</LastModified></Contents>`;
    });
    const next =
      from + PAGE < keys.length ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : '';
    send(response, `<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`);
  }

  private listUploads(response: ServerResponse): void {
    const uploads = [...this.uploads].map(
      ([id, { key, initiated }]) =>
        `<Upload><Key>${escape(key)}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`,
    );
    send(response, `<ListMultipartUploadsResult>${uploads.join('')}</ListMultipartUploadsResult>`);
  }
}

function send(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'Content-Type': 'application/xml' }).end(`<?xml version="1.0"?>${xml}`);
}

function fail(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'Content-Type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
