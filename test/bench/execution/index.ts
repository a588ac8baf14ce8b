import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BENCH_SECRET, Processes } from '../processes.ts';
import { bareQuickJs } from './bare-quickjs.ts';
import { barePyodide } from './bare-pyodide.ts';

// Code over HTTP, beside the bare interpreters in one process, which isolate nothing.

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 200);
const CODE = { javascript: '[1, 2, 3].map((n) => n * 2)', python: '[n * 2 for n in [1, 2, 3]]' };

const processes = new Processes();
try {
  const database = await processes.database();
  const server = await processes.coglex(database.uri);
  const call = async (language: keyof typeof CODE) => {
    const started = performance.now();
    const response = await fetch(`${server.url}/service/execution/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': BENCH_SECRET },
      body: JSON.stringify({ language, code: CODE[language] }),
    });
    if (response.status !== 200) throw new Error(await response.text());
    await response.text();
    return performance.now() - started;
  };
  for (const language of ['javascript', 'python'] as const) {
    row(language, 'cold start', await call(language), 'ms');
    const times = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await call(language));
    row(language, 'warm, p50', quantile(times.slice(20), 0.5), 'ms');
    row(language, 'warm, p99', quantile(times.slice(20), 0.99), 'ms');
    row(language, 'four at once', await perSecond(() => call(language)), 'runs/s');
    for (const pid of workers(language)) row(language, 'memory of a warm sandbox', resident(pid), 'MB');
  }
  for (const [name, bare] of [
    ['bare QuickJS', bareQuickJs],
    ['bare Pyodide', barePyodide],
  ] as const) {
    const { coldMs, run } = await bare(name === 'bare QuickJS' ? CODE.javascript : CODE.python);
    row(name, 'cold start', coldMs, 'ms');
    const times = Array.from({ length: ROUNDS }, () => {
      const started = performance.now();
      run();
      return performance.now() - started;
    });
    row(name, 'warm, p50', quantile(times, 0.5), 'ms');
  }
} finally {
  await processes.stop();
}

function row(subject: string, what: string, value: number, unit: string): void {
  process.stdout.write(
    `${subject.padEnd(14)}${what.padEnd(28)}${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit}\n`,
  );
}

function quantile(times: number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)];
}

async function perSecond(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let runs = 0;
  const loop = async () => {
    while (performance.now() - started < 4000) {
      await work();
      runs += 1;
    }
  };
  await Promise.all([1, 2, 3, 4].map(loop));
  return (runs * 1000) / (performance.now() - started);
}

function workers(language: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes(`/${language}.worker.js`))
    .map((line) => line.trim().split(' ')[0]);
}

function resident(pid: string): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
