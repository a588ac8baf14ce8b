import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Installation, PartName } from './installation.ts';
import type { Load, Sample } from './load.ts';

/** What an outage did, as a line of the table. */
export interface Trial {
  part: PartName;
  fault: Fault;
  requests: number;
  done: number;
  refused: number;
  /** Neither done nor refused as it should be, or refused although the part is not needed. */
  wrong: number;
  /** Slower than {@link SLOW_MS}. */
  slow: number;
  slowestMs: number;
  slowestHealthMs: number;
  /** From the repair until every kind of request was served again. */
  recoveryMs: number;
  findings: string[];
  /** From the fault until everything was served again, in the time of samples. */
  span: readonly [from: number, until: number];
}

/** Within so many milliseconds a request must be answered, whatever is away. */
const SLOW_MS = 2000;

/** Longest wait for the recovery, in milliseconds. */
const RECOVERY_MS = 30_000;

/** Longest wait for /health to tell of a change, in milliseconds. */
const TELLING_MS = 40_000;

export interface TrialOptions {
  part: PartName;
  fault: Fault;
  /** Length of the outage, in milliseconds. */
  outageMs: number;
}

/** Takes one part away under load and gives it back. */
export async function tryOutage(
  installation: Installation,
  load: Load,
  { part: name, fault, outageMs }: TrialOptions,
): Promise<Trial> {
  const part = installation.parts.get(name);
  if (!part) throw new Error(`There is no ${name}`);
  const began = performance.now();
  await part[fault]();
  await sleep(outageMs);
  const told = await toldBy(load, name, 'unhealthy', began);
  await part.start(fault);
  const repaired = performance.now();
  const kinds = new Set(load.samples.filter(({ needs }) => needs.includes(name)).map(({ kind }) => kind));
  const recovered = await recovery(load, kinds, repaired);
  const until = performance.now();
  const toldOfEnd = await toldBy(load, name, 'healthy', repaired);
  // Those that were on their way have their answer by now.
  await sleep(1000);
  const samples = load.samples.filter((sample) => sample.until >= began && sample.from <= until);
  return { ...judge({ name, fault, samples, repaired, recovered, told, toldOfEnd }), span: [began, until] };
}

async function recovery(load: Load, kinds: Set<string>, since: number): Promise<number | undefined> {
  const served = () =>
    new Map(
      load.samples
        .filter(({ kind, from, result }) => kinds.has(kind) && from >= since && result === 'done')
        .reverse()
        .map(({ kind, until }) => [kind, until]),
    );
  for (const deadline = since + RECOVERY_MS; performance.now() < deadline; await sleep(20))
    if (served().size === kinds.size) return Math.max(0, ...[...served().values()].map((at) => at - since));
  return undefined;
}

/** Waits until /health calls a part by a state; what it asks of others it asks every 30 s at most. */
async function toldBy(load: Load, name: PartName, state: string, since: number): Promise<boolean> {
  for (const deadline = performance.now() + TELLING_MS; performance.now() < deadline; await sleep(20))
    if (load.samples.some((sample) => sample.from >= since && stateOf(sample, name) === state)) return true;
  return false;
}

interface Course {
  name: PartName;
  fault: Fault;
  samples: Sample[];
  repaired: number;
  recovered: number | undefined;
  /** Whether /health told of the outage, and of its end. */
  told: boolean;
  toldOfEnd: boolean;
}

function judge({ name, fault, samples, repaired, recovered, told, toldOfEnd }: Course): Omit<Trial, 'span'> {
  const isWrong = ({ result, needs }: Sample) =>
    result === 'wrong' || (result === 'refused' && !needs.includes(name));
  const ms = (sample: Sample) => sample.until - sample.from;
  const slowest = (of: Sample[]) => Math.max(0, ...of.map(ms));
  const wrong = samples.filter(isWrong);
  const slow = samples.filter((sample) => ms(sample) > SLOW_MS);
  const health = samples.filter(({ kind }) => kind === 'health');
  const findings = [
    ...summed(wrong, ({ kind, detail }) => `${kind} answered ${detail}`),
    ...summed(slow, ({ kind, result }) => `${kind} (${result}) took longer than ${SLOW_MS} ms`),
  ];
  if (recovered === undefined) findings.push('not all kinds of requests were served again');
  if (!told) findings.push('/health did not tell of it');
  if (!toldOfEnd) findings.push('/health did not tell of the end');
  return {
    part: name,
    fault,
    requests: samples.length,
    done: samples.filter(({ result }) => result === 'done').length,
    refused: samples.filter((sample) => sample.result === 'refused' && !isWrong(sample)).length,
    wrong: wrong.length,
    slow: slow.length,
    slowestMs: slowest(samples),
    slowestHealthMs: slowest(health),
    recoveryMs: recovered ?? performance.now() - repaired,
    findings: findings.map((finding) => `${name}, ${fault}: ${finding}`),
  };
}

/** How a part is called by /health. */
const HEALTH_NAMES: Record<PartName, string> = {
  database: 'database',
  redis: 'redis',
  smtp: 'mail',
  s3: 'files',
  vault: 'vault',
};

function stateOf({ body }: Sample, part: PartName): string | undefined {
  return (body as { services?: Record<string, string> } | undefined)?.services?.[HEALTH_NAMES[part]];
}

/** The same finding once, with how often it was made. */
function summed(samples: Sample[], say: (sample: Sample) => string): string[] {
  const counts = new Map<string, number>();
  for (const sample of samples) {
    const text = say(sample).replace(/"requestId":"[^"]*"/, '"requestId":"…"');
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => `${count} × ${text}`);
}
