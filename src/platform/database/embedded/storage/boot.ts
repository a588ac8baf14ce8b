import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** How far two readings of the boot time may lie apart, in seconds, while the clock is being adjusted. */
const TOLERANCE = 10;

/**
 * Names the present run of the operating system: what the page cache held is lost when it changes.
 * Linux has an id for it; elsewhere the boot time stands in.
 */
export function currentBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `@${Math.round(Date.now() / 1000 - uptime())}`;
  }
}

export function isSameBoot(a: string, b: string): boolean {
  if (a.startsWith('@') && b.startsWith('@'))
    return Math.abs(Number(a.slice(1)) - Number(b.slice(1))) <= TOLERANCE;
  return a === b;
}
