import { constants, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, open as openFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { silentLogger } from '../logger.js';
import { Catalog } from './catalog.js';
import { DATA_FILE } from './checkpoint-file.js';
import { prepareDirectory } from './data-file.js';
import { DirectoryInUseError, lockDirectory } from './directory-lock.js';
import { Environment } from './environment.js';

/**
 * Copies a data directory into a new one. An engine may be running on it, in this process or another: the copy is a
 * snapshot of one moment, and its free pages are left out.
 *
 * @param to directory that does not exist yet, or is empty
 */
export async function backupDirectory(directory: string, to: string): Promise<void> {
  if (!existsSync(join(directory, DATA_FILE))) throw new Error(`There is no data in ${directory}`);
  let environment: Environment;
  try {
    environment = await Environment.open(directory, silentLogger);
  } catch (error) {
    if (!(error instanceof DirectoryInUseError)) throw error;
    await copyInUse(directory, to);
    return;
  }
  try {
    await backupEnvironment(environment, to);
  } finally {
    await environment.close();
  }
}

export async function backupEnvironment(environment: Environment, to: string): Promise<void> {
  await prepareTarget(to);
  await environment.copy(to, true);
  await seal(to);
}

/**
 * Puts a backup in the place of a data directory, on which no engine may be running. Data that is there is kept
 * beside the new file under another name.
 *
 * @returns where the replaced data is, if there was any
 */
export async function restoreBackup(from: string, directory: string): Promise<string | undefined> {
  await checkBackup(from);
  prepareDirectory(directory);
  const unlock = await lockDirectory(directory);
  try {
    const data = join(directory, DATA_FILE);
    const arriving = `${data}.arriving`;
    await copyFile(join(from, DATA_FILE), arriving);
    await syncFile(arriving);
    const replaced = existsSync(data) ? `${data}.replaced-${Date.now()}` : undefined;
    if (replaced) await rename(data, replaced);
    // A checkpoint of the old data must not be applied to the new.
    for (const file of ['checkpoint', 'lock.mdb'])
      if (existsSync(join(directory, file))) await rename(join(directory, file), `${data}.${file}.old`);
    await rename(arriving, data);
    await syncFile(directory);
    return replaced;
  } finally {
    await unlock();
  }
}

/** @throws when a directory holds no data that this engine can read */
async function checkBackup(directory: string): Promise<void> {
  // Opening would make a directory that is not there.
  if (!existsSync(join(directory, DATA_FILE))) throw new Error(`There is no backup in ${directory}`);
  const environment = await Environment.open(directory, silentLogger);
  try {
    Catalog.load(environment);
  } finally {
    await environment.close();
  }
}

/** LMDB lets other processes read what an engine is writing. */
async function copyInUse(directory: string, to: string): Promise<void> {
  await prepareTarget(to);
  const root = open({ path: directory, readOnly: true, keyEncoding: 'binary', encoding: 'binary' });
  try {
    await root.backup(to, true);
  } finally {
    await root.close();
  }
  await seal(to);
}

async function prepareTarget(to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  if ((await readdir(to)).length > 0) throw new Error(`The directory ${to} is not empty`);
}

async function seal(to: string): Promise<void> {
  await chmod(join(to, DATA_FILE), 0o600);
  await syncFile(join(to, DATA_FILE));
  await syncFile(to);
}

async function syncFile(path: string): Promise<void> {
  const file = await openFile(path, constants.O_RDONLY);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
