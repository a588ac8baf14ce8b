import type { ApiAnswer, ApiClient, Problem } from './api-client.js';

/** Path of the archive service. */
export const ARCHIVE = '/service/archive/v1';

/** What the service tells of a file. */
export interface FileAnswer {
  _id: string;
  filename: string;
  mimetype: string;
  size: number;
  sha256: string;
  uploaded_at: string;
  owner: string | null;
  metadata: Record<string, unknown>;
  filepath: string;
  _patched?: string;
}

/** An answer whose body is not JSON. */
export interface BytesAnswer {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

export interface SentFile {
  filename?: string;
  /** Media type that the client claims. */
  type?: string;
  /** Sent as JSON when it is not text. */
  metadata?: unknown;
}

type Content = string | Uint8Array<ArrayBuffer>;

/** Uploads and downloads as a client does. */
export class ArchiveClient {
  constructor(
    readonly api: ApiClient,
    private readonly path = ARCHIVE,
  ) {}

  /** The form of an upload. */
  static form(content: Content, { filename = 'file.bin', type, metadata }: SentFile = {}): FormData {
    const form = new FormData();
    if (metadata !== undefined)
      form.append('metadata', typeof metadata === 'string' ? metadata : JSON.stringify(metadata));
    form.append('file', new Blob([content], { type }), filename);
    return form;
  }

  async upload(
    content: Content,
    sent: SentFile = {},
    path = this.path,
  ): Promise<ApiAnswer<FileAnswer & Problem>> {
    const response = await this.api.fetch(path, { method: 'POST', body: ArchiveClient.form(content, sent) });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as FileAnswer & Problem,
    };
  }

  /** Uploads what must succeed. */
  async store(content: Content, sent: SentFile = {}): Promise<FileAnswer> {
    const { status, body } = await this.upload(content, sent);
    if (status !== 201) throw new Error(`The upload answered ${JSON.stringify(body)}`);
    return body;
  }

  /** @param reference id of a file, or a whole path */
  async download(
    reference: string,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<BytesAnswer> {
    const path = reference.includes('/') ? reference : `${this.path}/${reference}`;
    const response = await this.api.fetch(path, { method, headers });
    return {
      status: response.status,
      headers: response.headers,
      bytes: Buffer.from(await response.arrayBuffer()),
    };
  }
}

/** Bytes that are no known kind of file, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** A picture of one pixel. */
export const PNG = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
);
