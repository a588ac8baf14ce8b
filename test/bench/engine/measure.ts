/** Runs an operation `count` times, `parallel` at once, and tells how many a second there were. */
export async function perSecond(
  count: number,
  parallel: number,
  operation: () => Promise<unknown>,
): Promise<number> {
  let left = count;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while ((left -= 1) >= 0) await operation();
    }),
  );
  return (count / (performance.now() - started)) * 1000;
}

/** One line of the result, with its ratio to a floor where there is one. */
export function print(group: string, what: string, value: number, unit: string, floor?: number): void {
  const shown = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  const ratio = floor === undefined ? '' : `  ${(value / floor).toFixed(3)} of raw`;
  process.stdout.write(`${group.padEnd(22)}${what.padEnd(42)}${shown.padStart(10)} ${unit}${ratio}\n`);
}

/** The value in the middle. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** The largest over the smallest. */
export function flatness(values: number[]): number {
  return Math.max(...values) / Math.min(...values);
}
