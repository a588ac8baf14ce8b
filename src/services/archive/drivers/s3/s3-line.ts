import {
  ListObjectsV2Command,
  S3ServiceException,
  type $Command,
  type S3Client,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import { CoglexError } from '../../../../platform/errors/coglex-error.js';
import { Lifeline } from './lifeline.js';

/** Silence is noticed within both, and callers hear of it within 2 s; the third is the pause before it is tried again. */
const TIMES = { patienceMs: 500, proofMs: 800, restMs: 1000 };

/** Codes of what S3 itself says when it cannot serve. */
const isOutage = (error: unknown) =>
  !(error instanceof S3ServiceException) || error.$fault === 'server' || error.name === 'SlowDown';

/** Sends commands to S3, and says clearly when nobody takes them. */
export class S3Line {
  private readonly lifeline: Lifeline;

  constructor(
    private readonly client: S3Client,
    bucket: string,
  ) {
    this.lifeline = new Lifeline({
      ...TIMES,
      probe: async (abortSignal) => {
        const look = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 });
        try {
          await this.client.send(look, { abortSignal });
        } catch (error) {
          // Also a refusal is a sign of life.
          if (!(error instanceof S3ServiceException)) throw error;
        }
      },
    });
  }

  /** @throws CoglexError `service_unavailable` while S3 is away; S3ServiceException for what it refuses */
  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: $Command<Input, Output, S3ClientResolvedConfig>,
    signal?: AbortSignal,
  ): Promise<Output> {
    try {
      return await this.lifeline.wait((broken) =>
        this.client.send(command, { abortSignal: signal ? AbortSignal.any([signal, broken]) : broken }),
      );
    } catch (error) {
      if (!isOutage(error)) throw error;
      throw new CoglexError('service_unavailable', {
        detail: 'The storage of files is not available at the moment.',
        headers: { 'Retry-After': '2' },
        cause: error,
      });
    }
  }

  close(): void {
    this.client.destroy();
  }
}
