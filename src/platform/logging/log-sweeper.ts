import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { dayOfLogFile } from './log-file-name.js';

const DAY_MS = 86_400_000;

/**
 * Removes files of the log that are too old, also those of processes that are no more. Others in the directory stay.
 *
 * @returns how many were removed
 */
export async function sweepLogs(directory: string, maxDays: number, now = new Date()): Promise<number> {
  const last = new Date(now.getTime() - maxDays * DAY_MS).toISOString().slice(0, 10);
  const names = await readdir(directory);
  const old = names.filter((name) => (dayOfLogFile(name) ?? last) < last);
  const removed = await Promise.allSettled(old.map((name) => unlink(join(directory, name))));
  return removed.filter(({ status }) => status === 'fulfilled').length;
}
