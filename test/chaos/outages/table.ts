import type { Trial } from './trial.ts';

const COLUMNS: [title: string, cell: (trial: Trial) => string][] = [
  ['part', ({ part }) => part],
  ['fault', ({ fault }) => fault],
  ['requests', ({ requests }) => String(requests)],
  ['2xx', ({ done }) => String(done)],
  ['503', ({ refused }) => String(refused)],
  ['wrong', ({ wrong }) => String(wrong)],
  ['over 2 s', ({ slow }) => String(slow)],
  ['slowest', ({ slowestMs }) => `${slowestMs.toFixed(0)} ms`],
  ['/health', ({ slowestHealthMs }) => `${slowestHealthMs.toFixed(0)} ms`],
  ['recovery', ({ recoveryMs }) => `${recoveryMs.toFixed(0)} ms`],
];

/** The outages as a table. */
export function table(trials: readonly Trial[]): string[] {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...trials.map((trial) => COLUMNS.map(([, cell]) => cell(trial))),
  ];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at])).join('  '));
}
