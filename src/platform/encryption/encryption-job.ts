/** Name of the job that encrypts, decrypts and rotates. */
export const ENCRYPTION_JOB = 'field-encryption';
