/** What a model costs from a day on, in US dollars for a million tokens. */
export interface ModelPrice {
  /** First day, such as `2026-01-31` (UTC); from the beginning when absent. */
  from?: string;
  in: number;
  out: number;
  /** Tokens of the prompt that the provider had in its cache; the price of `in` when absent. */
  cached?: number;
}

/** Prices by the name of the model. Of several the latest counts that has begun. */
export type ModelPrices = Record<string, ModelPrice | ModelPrice[]>;

/** What one call of a model may take. */
export interface ModelBounds {
  /** Most tokens of a prompt. */
  in?: number;
  /** Most tokens of an answer. */
  out?: number;
  /** Most calls at once of this instance. */
  parallel?: number;
}

const GEMINI_MODEL = /^models\/[A-Za-z0-9][\w.-]{0,127}$/;

const OPENAI_MODEL = /^openai\/[^\s\u0000-\u001f\u007f]{1,200}$/;

/** Whether a word names a model: `models/…` of Gemini, or `openai/…` of an OpenAI-compatible server. */
export function isModelName(word: string): boolean {
  return GEMINI_MODEL.test(word) || OPENAI_MODEL.test(word);
}

export function isModelPrices(value: unknown): value is ModelPrices {
  return isTable(value, (entry) => [entry].flat().every(isPrice));
}

export function isModelBounds(value: unknown): value is Record<string, ModelBounds> {
  return isTable(
    value,
    (entry) =>
      isRecord(entry) &&
      Object.entries(entry).every(
        ([name, bound]) => ['in', 'out', 'parallel'].includes(name) && isPositiveInteger(bound),
      ),
  );
}

function isTable(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return (
    isRecord(value) && Object.entries(value).every(([model, entry]) => isModelName(model) && isEntry(entry))
  );
}

function isPrice(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { from, in: input, out, cached, ...others } = value;
  return (
    Object.keys(others).length === 0 &&
    isAmount(input) &&
    isAmount(out) &&
    (cached === undefined || isAmount(cached)) &&
    (from === undefined || isDay(from))
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAmount = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isPositiveInteger = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0;

const isDay = (value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
