import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Memory that a process has, in MiB; 0 where the system does not tell. */
export function residentMemory(pid: number | undefined): number {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    return (Number(pages) * PAGE_BYTES) / 1024 ** 2;
  } catch {
    return 0;
  }
}
