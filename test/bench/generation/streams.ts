import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { BENCH_SECRET, type Running } from '../processes.ts';

const STREAMS = 500;
const ROUNDS = 3;

/** What many streams at once do to the server. */
export interface Streams {
  streams: number;
  /** Resident memory in MB: before, and the most in each round. */
  before: number;
  peaks: number[];
  /** Seconds of each round; the provider alone takes 4. */
  seconds: number[];
}

/** Reads many streamed answers at once, round after round: memory that grows with the rounds is a leak. */
export async function measureStreams(coglex: Running): Promise<Streams> {
  const agent = new Agent({ connections: STREAMS });
  const before = coglex.rss();
  const peaks: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    let done = false;
    let peak = 0;
    const watch = (async () => {
      for (; !done; await sleep(50)) peak = Math.max(peak, coglex.rss());
    })();
    await Promise.all(Array.from({ length: STREAMS }, () => readStream(agent, coglex.url)));
    done = true;
    await watch;
    peaks.push(peak);
    seconds.push((performance.now() - started) / 1000);
  }
  await agent.close();
  return { streams: STREAMS, before, peaks, seconds };
}

async function readStream(agent: Agent, url: string): Promise<void> {
  const { statusCode, body } = await request(`${url}/service/generation/v1/converse/stream`, {
    dispatcher: agent,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': BENCH_SECRET },
    body: JSON.stringify({ contents: 'Write a long story.' }),
  });
  const text = await body.text();
  if (statusCode !== 200 || !text.includes('"finishReason":"STOP"') || text.includes('event: error'))
    throw new Error(`A stream answered ${statusCode} and ended with ${text.slice(-200)}`);
}
