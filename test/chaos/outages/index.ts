import { setTimeout as sleep } from 'node:timers/promises';
import { Installation, type Fault, type PartName } from './installation.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { table } from './table.ts';
import { tryOutage, type Trial } from './trial.ts';

// Two instances under mixed load lose what they stand on, one part after the other: stopped hard, then frozen. What
// needs the part is refused with a clear 503 within 2 s, everything else goes on, all is served again without a
// restart, and in the end everything that was acknowledged is there. `npm run chaos -- outages database` tries one.

const OUTAGE_MS = Number(process.env.CHAOS_OUTAGE_MS ?? 6000);
const CALM_MS = 2000;
const FAULTS: Fault[] = ['stop', 'freeze'];
/** Longest wait for mails that an outage has held up, in milliseconds. */
const MAILS_MS = 120_000;

const only = process.argv[3];
const findings: string[] = [];
const trials: Trial[] = [];
const installation = await Installation.start(2);
const ledger = new Ledger();
const load = new Load(installation.urls, ledger);
const started = performance.now();
try {
  const parts = [...installation.parts.keys()].filter((name) => only === undefined || name === only);
  if (parts.length === 0)
    throw new Error(`There is no ${only}; there are ${[...installation.parts.keys()].join(', ')}`);
  await load.start();
  for (const part of parts) for (const fault of FAULTS) await trial(part, fault);
  await sleep(CALM_MS);
  await load.stop();
  for (const until = Date.now() + MAILS_MS; ledger.undelivered(installation.mail).size > 0; await sleep(200))
    if (Date.now() > until) break;
  findings.push(...(await ledger.compare(installation.urls[0], installation.mail)));
  if (!installation.neverRestarted) findings.push('an instance has ended');
} finally {
  await load.stop();
  await installation.stop();
}

/** Slowest request while nothing was away, in milliseconds: what the machine itself does to the figures above. */
function slowestInCalm(): number {
  const isCalm = (from: number, until: number) =>
    trials.every(({ span: [began, ended] }) => until < began || from > ended);
  return Math.max(
    0,
    ...load.samples.filter((s) => isCalm(s.from, s.until)).map(({ from, until }) => until - from),
  );
}

async function trial(part: PartName, fault: Fault): Promise<void> {
  await sleep(CALM_MS);
  const result = await tryOutage(installation, load, { part, fault, outageMs: OUTAGE_MS });
  trials.push(result);
  findings.push(...result.findings);
  process.stdout.write(
    `${part}, ${fault}: ${result.requests} requests, ${result.findings.length} findings\n`,
  );
}

process.stdout.write(
  [
    '',
    ...table(trials),
    '',
    `requests                  ${load.samples.length}`,
    `slowest in calm           ${slowestInCalm().toFixed(0)} ms`,
    `acknowledged writes       ${ledger.writes}: ${ledger.inserted.size} documents, ${ledger.updateCount} updates, ${ledger.files.size} files, ${ledger.accounts.size} accounts, ${ledger.mailed.size} mails`,
    `mails delivered           ${installation.mail.mails.length}`,
    `seconds                   ${((performance.now() - started) / 1000).toFixed(0)}`,
    `findings                  ${findings.length}`,
    ...findings.slice(0, 50),
    '',
  ].join('\n'),
);
process.exit(findings.length === 0 ? 0 : 1);
