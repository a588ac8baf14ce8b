import { ApiProperty } from '@nestjs/swagger';
import { ERRORS } from './catalogue.js';

/** Not an `enum`, which generated clients take for complete: later versions may add codes. */
const CODES = [
  'Stable code for programs. Later versions may add to these:',
  '',
  ...Object.entries(ERRORS).map(([code, { status, title }]) => `- \`${code}\` (${status}): ${title}`),
].join('\n');

/** One bad field of a request. */
export class ProblemFieldDto {
  /** JSON Pointer (RFC 6901) into the body, or into the parameters of the path or the query. */
  @ApiProperty({ example: '/document' })
  field!: string;

  /** What is wrong with it. */
  @ApiProperty({ example: 'document must be an object' })
  message!: string;
}

/** The one shape of every error (RFC 9457, `application/problem+json`). */
export class ProblemDto {
  /** Names the kind of problem; `urn:coglex:problem:` and the code. */
  @ApiProperty({ example: 'urn:coglex:problem:not_found' })
  type!: string;

  /** Short summary of the kind of problem. */
  @ApiProperty({ example: 'Not found' })
  title!: string;

  /** HTTP status. */
  @ApiProperty({ example: 404 })
  status!: number;

  /** What went wrong this time. */
  @ApiProperty({ example: 'There is no such document.' })
  detail!: string;

  /** Stable code for programs; one of {@link ERRORS}. */
  @ApiProperty({ example: 'not_found', description: CODES })
  code!: string;

  /** Also in the `X-Request-Id` header and in the server's log. */
  @ApiProperty({ example: '0199b1de-4a3c-7c1e-9d3b-0f6f3f6b1a2c' })
  requestId!: string;

  /** The bad fields, when the request was not valid. */
  @ApiProperty({ type: [ProblemFieldDto], required: false })
  errors?: ProblemFieldDto[];
}
