import { ValidateBy } from 'class-validator';

/** A positive whole number. */
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0;

/** `true`, `false` or `{maxSteps?, timeout_ms?}`. */
export const IsRunTools = () =>
  ValidateBy(
    { name: 'isRunTools', validator: { validate: isRunTools } },
    { message: '$property must be true, or hold maxSteps and timeout_ms' },
  );

function isRunTools(value: unknown): boolean {
  if (typeof value === 'boolean') return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([name, bound]) => ['maxSteps', 'timeout_ms'].includes(name) && isCount(bound),
  );
}

/** Longest life of a cached answer: a year, in seconds. */
const MAX_CACHE_SECONDS = 31_536_000;

/** `true`, `false` or a number of seconds. */
export const IsCacheLife = () =>
  ValidateBy(
    {
      name: 'isCacheLife',
      validator: {
        validate: (value) =>
          typeof value === 'boolean' || (isCount(value) && Number(value) <= MAX_CACHE_SECONDS),
      },
    },
    { message: '$property must be true, or a whole number of seconds' },
  );
