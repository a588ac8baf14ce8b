import { GoogleGenAI } from '@google/genai';
import { BENCH_SECRET } from '../processes.ts';

const CALLS = 1500;
const WARM_UP = 300;
const ROUNDS = 3;

const contents = [
  { role: 'user', parts: [{ text: 'Write a short story about a robot learning to paint.' }] },
];

/** Latency of one call after the other, in milliseconds: the SDK alone, and the same call through the service. */
export interface Overhead {
  sdk: { p50: number; p99: number };
  coglex: { p50: number; p99: number };
}

export async function measureOverhead(provider: string, coglex: string): Promise<Overhead> {
  const sdk = new GoogleGenAI({
    apiKey: 'bench',
    vertexai: false,
    httpOptions: { baseUrl: provider, fetch },
  });
  const direct = () => sdk.models.generateContent({ model: 'models/gemini-2.5-flash', contents });
  const through = async () => {
    const response = await fetch(`${coglex}/service/generation/v1/converse`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': BENCH_SECRET },
      body: JSON.stringify({ contents, model: 'models/gemini-2.5-flash' }),
    });
    if (response.status !== 200) throw new Error(`Converse answered ${response.status}`);
    await response.json();
  };
  await times(direct, WARM_UP);
  await times(through, WARM_UP);
  const results = { sdk: [] as number[], coglex: [] as number[] };
  // Rounds alternate, so that a slow moment of the machine hits both.
  for (let round = 0; round < ROUNDS; round += 1) {
    results.sdk.push(...(await times(direct, CALLS / ROUNDS)));
    results.coglex.push(...(await times(through, CALLS / ROUNDS)));
  }
  return { sdk: percentiles(results.sdk), coglex: percentiles(results.coglex) };
}

async function times(call: () => Promise<unknown>, count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const started = performance.now();
    await call();
    taken.push(performance.now() - started);
  }
  return taken;
}

function percentiles(taken: number[]) {
  const sorted = taken.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)];
  return { p50: at(0.5), p99: at(0.99) };
}
