import {
  BadGatewayException,
  BadRequestException,
  ConflictException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { errorCodes } from 'fastify';
import { ERRORS } from './catalogue.js';
import { CoglexError } from './coglex-error.js';
import { toCoglexError } from './to-coglex-error.js';

const SECRET = '/srv/app/secret.ts is broken';

describe('toCoglexError', () => {
  it('leaves ours as they are', () => {
    const error = new CoglexError('not_found');
    expect(toCoglexError(error)).toBe(error);
  });

  it.each([
    ['an error', new Error(SECRET)],
    ['an error that claims a status', Object.assign(new Error(SECRET), { status: 404, statusCode: 404 })],
    ['an error of the file system', Object.assign(new Error(SECRET), { code: 'ENOENT' })],
    ['text', SECRET],
    ['an object', { message: SECRET, status: 400 }],
    ['nothing', undefined],
    ['null', null],
    ['an exception of Nest about the server', new InternalServerErrorException(SECRET)],
    ['an exception of Nest about another server', new BadGatewayException(SECRET)],
  ])('hides %s', (_what, thrown) => {
    const error = toCoglexError(thrown);
    expect(error).toMatchObject({ code: 'internal_error', status: 500, detail: ERRORS.internal_error.title });
    expect(error.cause).toBe(thrown);
  });

  it('hides why a service is not available, and keeps the status', () => {
    const error = toCoglexError(new ServiceUnavailableException(SECRET));
    expect(error).toMatchObject({ code: 'service_unavailable', status: 503 });
    expect(error.detail).not.toContain(SECRET);
  });

  it.each([
    [new BadRequestException('The moon is full.'), 'bad_request'],
    [new NotFoundException('The moon is new.'), 'not_found'],
    [new ConflictException('The moon is taken.'), 'conflict'],
    [new HttpException('The moon is a teapot.', 418), 'bad_request'],
    [new ConflictException('The moon is taken.', { cause: new Error(SECRET) }), 'conflict'],
  ])('says what an application says: %s', (exception, code) => {
    expect(toCoglexError(exception)).toMatchObject({ code, detail: exception.message });
  });

  it.each([
    ['FST_ERR_CTP_BODY_TOO_LARGE', 'body_too_large'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
    ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'bad_request'],
    ['FST_ERR_BAD_URL', 'bad_request'],
    ['FST_ERR_MAX_PARAM_LENGTH', 'url_too_long'],
  ] as const)('knows %s of Fastify, bare and as Nest wraps it', (name, code) => {
    const original = new errorCodes[name](SECRET);
    const wrapped = new HttpException(original.message, original.statusCode ?? 500, { cause: original });
    for (const error of [original, wrapped]) {
      expect(toCoglexError(error)).toMatchObject({ code });
      expect(toCoglexError(error).detail).not.toContain(SECRET);
    }
  });
});
