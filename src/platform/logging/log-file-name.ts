import { hostname } from 'node:os';

/** Most files of one process and day. */
export const MAX_PARTS = 99_999;

const HOST = hostname()
  .replace(/[^A-Za-z0-9-]/g, '_')
  .slice(0, 63);

/** `coglex-2026-11-27-host-4711-00001.log`: in the order of their names files are in that of their times. */
export function logFileName(kind: string, day: string, part: number): string {
  return `${kind}-${day}-${HOST}-${process.pid}-${String(part).padStart(5, '0')}.log`;
}

/** The day of a file that has such a name, whichever process has written it. */
export function dayOfLogFile(name: string): string | undefined {
  return /^(?:coglex|audit)-(\d{4}-\d{2}-\d{2})-[A-Za-z0-9_-]+-\d+-\d{5}\.log$/.exec(name)?.[1];
}
