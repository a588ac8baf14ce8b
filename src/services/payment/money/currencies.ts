/** Active currencies of ISO 4217, as the runtime's copy of CLDR lists them. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Stripe counts these in hundredths although they have none, and takes whole units alone. */
const HUNDREDTHS_OF_NOTHING = new Set(['ISK', 'UGX']);

/** Largest amount that Stripe takes: eight digits, and twelve for a few. */
export const MAX_AMOUNT = 999_999_999_999;

/** Whether text is the code of a currency, in letters of either case. */
export const isCurrency = (code: unknown): code is string =>
  typeof code === 'string' && CURRENCIES.has(code.toUpperCase());

/** How many digits of an amount stand behind the decimal point: 2 for euros, 0 for yen, 3 for dinars. */
export function exponentOf(currency: string): number {
  const code = currency.toUpperCase();
  if (HUNDREDTHS_OF_NOTHING.has(code)) return 2;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: code });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * What is wrong with an amount in the minor unit of its currency, in words; `undefined` when nothing is. Zero-decimal
 * currencies have no minor unit: 500 is 500 yen.
 */
export function amountProblem(amount: unknown, currency: string): string | undefined {
  if (!Number.isSafeInteger(amount)) return 'must be a whole number of the minor unit';
  if ((amount as number) < 0 || (amount as number) > MAX_AMOUNT)
    return `must not be less than 0 or greater than ${MAX_AMOUNT}`;
  const step = stepOf(currency.toUpperCase());
  if ((amount as number) % step !== 0) return `must be a multiple of ${step} in ${currency.toUpperCase()}`;
  return undefined;
}

/** Cards know no thousandths: the last of three digits must be 0. */
function stepOf(code: string): number {
  if (HUNDREDTHS_OF_NOTHING.has(code)) return 100;
  return exponentOf(code) === 3 ? 10 : 1;
}
