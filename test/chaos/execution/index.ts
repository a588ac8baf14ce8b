import { execFileSync } from 'node:child_process';
import { BENCH_SECRET, Processes } from '../../bench/processes.ts';

// Thousands of runs in both languages, of which some loop, exhaust memory or end their interpreter. At the end: every
// run was answered, no process is left, and the memory of the server is where it was.

const RUNS = Number(process.env.CHAOS_RUNS ?? 10_000);
const AT_ONCE = 4;

/** Code, and what it must give: a result, or the code of an error. Weights are out of a thousand. */
const KINDS = [
  { weight: 845, language: 'javascript', code: '[1, 2, 3].map((n) => n * 2).length', expected: 3 },
  { weight: 130, language: 'python', code: 'sum(n * n for n in range(100))', expected: 328_350 },
  {
    weight: 10,
    language: 'javascript',
    code: 'const a = []; for (;;) a.push(new Uint8Array(1e6))',
    expected: 'memory_exceeded',
  },
  { weight: 10, language: 'javascript', code: 'for (;;);', expected: 'timeout' },
  { weight: 3, language: 'python', code: 'while True: pass', expected: 'timeout' },
  { weight: 2, language: 'python', code: 'import os\nos._exit(1)', expected: 'exception' },
];

interface Outcome {
  result: unknown;
  error: { code: string } | null;
}

const processes = new Processes();
const findings: string[] = [];
let done = 0;

try {
  const database = await processes.database();
  const server = await processes.coglex(database.uri);
  const run = async (number: number) => {
    let at = (number * 7919) % 1000;
    const kind = KINDS.find(({ weight }) => (at -= weight) < 0) ?? KINDS[0];
    const { language, code, expected } = kind;
    const response = await fetch(`${server.url}/service/execution/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': BENCH_SECRET },
      body: JSON.stringify({ language, code, timeout: expected === 'timeout' ? 100 : 10_000, memory: 32 }),
    });
    const { result, error } = (await response.json()) as Outcome;
    const got = response.status === 200 ? (error?.code ?? result) : response.status;
    if (got !== expected) findings.push(`run ${number} (${code}): ${String(got)} instead of ${expected}`);
    done += 1;
  };

  let next = 0;
  let early = 0;
  let most = 0;
  const work = async () => {
    while (next < RUNS) {
      await run((next += 1));
      if (done % 1000 !== 0) continue;
      early ||= server.rss();
      most = Math.max(most, workers());
      process.stdout.write(
        `${done} runs, server ${server.rss()} MB, ${workers()} sandboxes, ${findings.length} findings\n`,
      );
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const seconds = (performance.now() - started) / 1000;
  const late = server.rss();
  await processes.stop();
  const left = workers();
  if (left > 0) findings.push(`${left} sandboxes are left`);
  if (early > 0 && late > early + 100) findings.push(`the server grew from ${early} to ${late} MB`);
  process.stdout.write(
    [
      `runs                       ${done} (${(done / seconds).toFixed(0)}/s)`,
      `memory of the server       ${early} MB after 1,000 runs, ${late} MB at the end`,
      `most sandboxes at once     ${most}`,
      `sandboxes left             ${left}`,
      `findings                   ${findings.length}`,
      ...findings.slice(0, 50),
      '',
    ].join('\n'),
  );
} finally {
  await processes.stop();
}
process.exit(findings.length === 0 ? 0 : 1);

function workers(): number {
  const commands = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return commands.filter(
    (line) =>
      line.includes(import.meta.dirname.split('/test/')[0]) && /(javascript|python)\.worker\.js/.test(line),
  ).length;
}
