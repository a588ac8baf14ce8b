import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { amountProblem, isCurrency } from '../money/currencies.js';
import { isServerMetadata } from '../stripe/server-metadata.js';

/** Of Stripe's 50 some are this server's. */
const MAX_METADATA = 40;
const MAX_METADATA_NAME = 40;
const MAX_METADATA_VALUE = 500;

const check = (name: string, problemOf: (value: unknown, object: object) => string | undefined) =>
  ValidateBy({
    name,
    validator: {
      validate: (value: unknown, args?: ValidationArguments) =>
        problemOf(value, args?.object ?? {}) === undefined,
      defaultMessage: (args?: ValidationArguments) =>
        `${args?.property} ${problemOf(args?.value, args?.object ?? {})}`,
    },
  });

/** The code of a currency (ISO 4217); it reaches Stripe in lower case. */
export const IsCurrency = (): PropertyDecorator =>
  applyDecorators(
    check('isCurrency', (value) => (isCurrency(value) ? undefined : 'must be a currency of ISO 4217')),
    Transform(({ value }) => (typeof value === 'string' ? value.toLowerCase() : (value as unknown)), {
      toClassOnly: true,
    }),
  );

/** An amount in the minor unit of the currency that stands beside it. */
export const IsAmount = ({ min = 0 }: { min?: number } = {}): PropertyDecorator =>
  check('isAmount', (value, object) => {
    const { currency } = object as { currency?: unknown };
    const problem = amountProblem(value, isCurrency(currency) ? currency : 'usd');
    return problem ?? ((value as number) < min ? `must not be less than ${min}` : undefined);
  });

/** Texts of the application's own, which come back with the payment. */
export const IsMetadata = (): PropertyDecorator =>
  applyDecorators(
    check('isMetadata', metadataProblem),
    // Taken as it came: the copy would lack fields named `toString` and such.
    Transform(({ obj, key }) => (obj as Record<string, unknown>)[key], { toClassOnly: true }),
  );

/** An address of a web page. Stripe's own `{CHECKOUT_SESSION_ID}` may stand in it. */
export const IsPageUrl = (): PropertyDecorator =>
  check('isPageUrl', (value) => {
    const isPage = typeof value === 'string' && value.length <= 2048 && URL.canParse(value);
    return isPage && /^https?:$/.test(new URL(value).protocol)
      ? undefined
      : 'must be an address that begins with https:// or http://';
  });

/** The id of one of Stripe's objects, such as `cus_…`. */
export const IsStripeId = (...prefixes: string[]): PropertyDecorator =>
  check('isStripeId', (value) => {
    const isId = typeof value === 'string' && /^\w{1,255}$/.test(value);
    return isId && prefixes.some((prefix) => value.startsWith(`${prefix}_`))
      ? undefined
      : `must be an id such as ${prefixes.map((prefix) => `${prefix}_…`).join(' or ')}`;
  });

function metadataProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
  const entries = Object.entries(value);
  if (entries.length > MAX_METADATA) return `must not have more than ${MAX_METADATA} members`;
  for (const [name, member] of entries) {
    if (name === '' || name.length > MAX_METADATA_NAME || /[[\]]/.test(name))
      return `must have names of 1 to ${MAX_METADATA_NAME} characters without brackets`;
    if (isServerMetadata(name)) return 'must not have names that begin with coglex_';
    if (typeof member !== 'string' || member.length > MAX_METADATA_VALUE)
      return `must hold texts of at most ${MAX_METADATA_VALUE} characters`;
  }
  return undefined;
}
