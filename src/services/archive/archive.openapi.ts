import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiParam, ApiResponse } from '@nestjs/swagger';
import { StreamedBody } from '../../platform/http/streamed-body.js';
import { UploadDto } from './dto/bodies.dto.js';
import { FileDto } from './dto/file.dto.js';

/** What reading can end with. */
export const READS = ['validation_failed', 'not_found', 'database_unavailable'] as const;

/** What sending bytes can end with. */
export const DOWNLOADS = [
  ...READS,
  'gone',
  'file_infected',
  'file_not_scanned',
  'service_unavailable',
] as const;

/** What taking bytes can end with. */
export const UPLOADS = [
  'validation_failed',
  'bad_request',
  'not_found',
  'forbidden',
  'document_refused',
  'file_quota_exceeded',
  'file_type_refused',
  'file_infected',
  'scanner_unavailable',
  'service_unavailable',
  'database_unavailable',
] as const;

export const ApiReference = () =>
  ApiParam({ name: 'reference', description: '`_id` of the file.', example: '65a1b2c3d4e5f60718293a4b' });

/** A form with a file comes in, and what is known of the file goes out. */
export const ApiUpload = () =>
  applyDecorators(
    StreamedBody('multipart/form-data'),
    ApiConsumes('multipart/form-data'),
    ApiBody({ type: UploadDto }),
    ApiResponse({ status: 201, type: FileDto, description: 'The file is stored' }),
  );

/** The bytes of a file go out. */
export const ApiDownload = () =>
  applyDecorators(
    ApiResponse({
      status: 200,
      description:
        'The bytes. `Range` gets parts of them (206), and conditional headers are obeyed (304, 412, 416).',
      content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
    }),
  );

/** 200 with a page of files. */
export const ApiFiles = () =>
  ApiResponse({
    status: 200,
    type: [FileDto],
    description: 'The files, newest first unless sorted otherwise; an empty list when none matches',
    headers: {
      'X-Total-Count': {
        description: 'How many files match in all; with `count=true`',
        schema: { type: 'integer' },
      },
    },
  });
