import { Processes } from '../processes.ts';
import { measureOverhead } from './overhead.ts';
import { measureStreams } from './streams.ts';

// The generation service beside the bare SDK, both against a stand-in of Gemini in a process of its own.

const processes = new Processes();
const print = (line: string) => process.stdout.write(`${line}\n`);
const ms = (value: number) => `${value.toFixed(2)} ms`;
try {
  const { uri } = await processes.database();
  const provider = await processes.script('test/bench/generation/provider.ts');
  const settings = { GENERATION_KEY: 'bench', GENERATION_BASE_URL: provider.url };
  const coglex = await processes.coglex(uri, settings);

  const overhead = await measureOverhead(provider.url, coglex.url);
  print(`bare SDK        p50 ${ms(overhead.sdk.p50)}   p99 ${ms(overhead.sdk.p99)}`);
  print(`through Coglex  p50 ${ms(overhead.coglex.p50)}   p99 ${ms(overhead.coglex.p99)}`);
  print(`overhead        p50 ${ms(overhead.coglex.p50 - overhead.sdk.p50)}`);

  const { streams, before, peaks, seconds } = await measureStreams(coglex);
  print(`${streams} streams at once: RSS ${before} MB before, ${peaks.join(', ')} MB at most in each round`);
  print(
    `seconds of a round: ${seconds.map((taken) => taken.toFixed(1)).join(', ')} (the provider alone: 4.0)`,
  );
} finally {
  await processes.stop();
}
