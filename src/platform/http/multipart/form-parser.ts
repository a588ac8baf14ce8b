import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { CoglexError } from '../../errors/coglex-error.js';
import type { IncomingFile, UploadForm, UploadLimits } from './upload-form.js';

/** Most bytes of one field. */
const MAX_FIELD_BYTES = 1024 ** 2;

const malformed = (detail: string, cause?: unknown) => new CoglexError('bad_request', { detail, cause });

const invalid = (field: string, message: string) =>
  new CoglexError('validation_failed', { detail: message, errors: [{ field: `/${field}`, message }] });

/** Takes a form apart: fields are kept, the one file is handed on as a stream. */
export class FormParser<T> {
  readonly input: BusboyInstance;
  /** The whole form. Rejects only after `receive` has come to its end. */
  readonly form: Promise<UploadForm<T>>;
  private readonly fields = new Map<string, string>();
  private readonly fileField: string;
  private file?: Promise<T>;
  private stream?: Readable;
  private settle!: { resolve: () => void; reject: (error: unknown) => void };

  constructor(
    headers: IncomingHttpHeaders,
    private readonly limits: UploadLimits,
    private readonly receive: (file: IncomingFile) => Promise<T>,
  ) {
    this.fileField = limits.fileField ?? 'file';
    this.input = open(headers, limits);
    const parsed = new Promise<void>((resolve, reject) => (this.settle = { resolve, reject }));
    this.form = this.whole(parsed);
    // `close` without `finish` is an error that comes by `error`.
    this.input.on('field', (name, value, nameCut, valueCut) =>
      this.takeField(name, value, nameCut || valueCut),
    );
    this.input.on('file', (name, stream, filename, _encoding, mimetype) =>
      this.takeFile(name, stream, { filename: filename ?? '', mimetype, fields: this.fields }),
    );
    for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
      this.input.on(event, () => this.fail(invalid(this.fileField, 'The form has too many parts')));
    this.input.on('error', (error) => this.fail(malformed('The form is malformed or incomplete.', error)));
    this.input.on('finish', () => this.settle.resolve());
  }

  /** Ends everything, the stream of the file included. */
  fail(error: unknown): void {
    this.settle.reject(error);
    this.stream?.destroy(error as Error);
  }

  private async whole(parsed: Promise<void>): Promise<UploadForm<T>> {
    try {
      await parsed;
    } catch (error) {
      await this.file?.catch(() => undefined);
      throw error;
    }
    if (!this.file) throw invalid(this.fileField, `${this.fileField} is required`);
    return { file: await this.file, fields: this.fields };
  }

  private takeField(name: string | undefined, value: string, cut: boolean): void {
    if (cut)
      return this.fail(new CoglexError('body_too_large', { detail: 'A field of the form is too long.' }));
    if (name === this.fileField) return this.fail(invalid(name, `${name} must be a file`));
    if (name === undefined || !this.limits.fields.includes(name))
      return this.fail(invalid(String(name), `property ${name} should not exist`));
    if (this.fields.has(name)) return this.fail(invalid(name, `${name} must be sent once`));
    this.fields.set(name, value);
  }

  private takeFile(
    name: string | undefined,
    stream: BusboyFileStream,
    head: Omit<IncomingFile, 'stream'>,
  ): void {
    // Whatever happens to it is told by `fail`.
    stream.on('error', () => undefined);
    if (name !== this.fileField) {
      stream.resume();
      return this.fail(invalid(String(name), `property ${name} should not exist`));
    }
    stream.once('limit', () => this.fail(tooLarge(this.limits.maxBytes)));
    this.stream = stream;
    this.file = this.receive({ ...head, stream });
    this.file.catch((error: unknown) => this.fail(error));
  }
}

function open(headers: IncomingHttpHeaders, { maxBytes, fields }: UploadLimits): BusboyInstance {
  const type = headers['content-type'];
  if (type === undefined || !/^multipart\/form-data\b/i.test(type))
    throw new CoglexError('unsupported_media_type', {
      detail: 'Send the file with "Content-Type: multipart/form-data".',
    });
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': type },
      limits: {
        files: 1,
        fileSize: maxBytes,
        fields: fields.length + 1,
        fieldSize: MAX_FIELD_BYTES,
        fieldNameSize: 100,
        parts: fields.length + 3,
        headerPairs: 20,
        headerSize: 16 * 1024,
      },
    });
  } catch (error) {
    throw malformed('The form has no boundary.', error);
  }
}

function tooLarge(maxBytes: number): CoglexError {
  return new CoglexError('body_too_large', { detail: `The file may have ${maxBytes} bytes.` });
}
