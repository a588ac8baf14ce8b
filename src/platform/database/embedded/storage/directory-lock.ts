import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from 'lmdb';

const FILE = 'owner.mdb';
/** Two processes that start in the same moment may see each other; one of them comes through by trying again. */
const ATTEMPTS = 5;

/** Thrown when another process, or another engine of this one, has the directory. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
}

/**
 * Claims a data directory for this process.
 *
 * The claim is a reader's slot in an empty LMDB environment. The kernel releases it with its process however that
 * ends, so that there is nothing stale to find after a kill -9, and unlike a process id in a file it is right among
 * containers that share a volume.
 *
 * @returns what releases the claim
 * @throws DirectoryInUseError when somebody else has it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  let owner: string | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const slots = open({ path: join(directory, FILE), noSubdir: true, noSync: true });
    slots.readerCheck();
    owner = readers(slots.readerList())[0];
    if (owner === undefined) {
      const claim = slots.useReadTransaction();
      if (readers(slots.readerList()).length === 1)
        return async () => {
          claim.done();
          await slots.close();
        };
      claim.done();
    }
    await slots.close();
    await sleep(20 + Math.random() * 80);
  }
  throw new DirectoryInUseError(
    `The data directory ${directory} is in use by another process${owner ? ` (pid ${owner})` : ''}`,
  );
}

/** Process ids of LMDB's reader table: a heading, then `pid thread transaction` in each line. */
function readers(list: string): string[] {
  return [...list.matchAll(/^\s*(\d+)\s+[0-9a-f]+\s+\S+\s*$/gm)].map((match) => match[1]);
}
