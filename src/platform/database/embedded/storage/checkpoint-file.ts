import { closeSync, existsSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { currentBoot, isSameBoot } from './boot.js';
import { META_BYTES, parseMetaPage, placedAt } from './meta-page.js';

const FILE = 'checkpoint';
export const DATA_FILE = 'data.mdb';

/** One of the two slots: `[magic 8][sequence 8][boot 64][meta page 512][crc32 4]`, the rest unused. */
const MAGIC = 'CGXCKPT1';
const SLOT_BYTES = 4096;
const BOOT_OFFSET = 16;
const BOOT_BYTES = 64;
const META_OFFSET = BOOT_OFFSET + BOOT_BYTES;
const CRC_OFFSET = META_OFFSET + META_BYTES;

interface Slot {
  sequence: bigint;
  boot: string;
  meta: Buffer;
}

/**
 * The file beside LMDB's that remembers the last snapshot which is safely on the disk. Two slots are written in
 * turn, so that a torn write leaves the other one.
 */
export class CheckpointFile {
  private constructor(
    private readonly file: FileHandle,
    private sequence: bigint,
  ) {}

  static async open(directory: string): Promise<CheckpointFile> {
    const path = join(directory, FILE);
    const sequence = existsSync(path) ? (newestSlot(path)?.sequence ?? 0n) : 0n;
    return new CheckpointFile(await open(path, existsSync(path) ? 'r+' : 'w+', 0o600), sequence);
  }

  /** Returns once the checkpoint is on the disk. */
  async write(meta: Buffer): Promise<void> {
    const sequence = this.sequence + 1n;
    const slot = Buffer.alloc(SLOT_BYTES);
    slot.write(MAGIC, 0, 'latin1');
    slot.writeBigUInt64LE(sequence, 8);
    slot.write(currentBoot(), BOOT_OFFSET, BOOT_BYTES, 'latin1');
    meta.copy(slot, META_OFFSET);
    slot.writeUInt32LE(crc32(slot.subarray(0, CRC_OFFSET)), CRC_OFFSET);
    await this.file.write(slot, 0, SLOT_BYTES, Number(sequence % 2n) * SLOT_BYTES);
    await this.file.datasync();
    this.sequence = sequence;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/**
 * Takes the data file back to its last checkpoint when the operating system has been restarted since: of what was
 * written later, any part may be missing. After the death of the process alone everything is there, and nothing is
 * changed.
 *
 * @returns whether the file was taken back
 */
export function restoreCheckpoint(directory: string): boolean {
  const data = join(directory, DATA_FILE);
  const path = join(directory, FILE);
  if (!existsSync(data) || !existsSync(path)) return false;
  const slot = newestSlot(path);
  if (!slot || isSameBoot(slot.boot, currentBoot())) return false;
  const meta = parseMetaPage(slot.meta);
  if (!meta) return false;
  const fd = openSync(data, 'r+');
  try {
    writeSync(fd, placedAt(0, meta.bytes), 0, META_BYTES, 0);
    writeSync(fd, placedAt(1, meta.bytes), 0, META_BYTES, meta.pageSize);
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return true;
}

function newestSlot(path: string): Slot | undefined {
  const fd = openSync(path, 'r');
  try {
    const slots = [readSlot(fd, 0), readSlot(fd, SLOT_BYTES)].filter((slot) => slot !== undefined);
    return slots.sort((a, b) => Number(b.sequence - a.sequence))[0];
  } finally {
    closeSync(fd);
  }
}

function readSlot(fd: number, position: number): Slot | undefined {
  const slot = Buffer.alloc(SLOT_BYTES);
  if (readSync(fd, slot, 0, SLOT_BYTES, position) < SLOT_BYTES) return undefined;
  if (slot.toString('latin1', 0, 8) !== MAGIC) return undefined;
  if (slot.readUInt32LE(CRC_OFFSET) !== crc32(slot.subarray(0, CRC_OFFSET))) return undefined;
  const boot = slot.toString('latin1', BOOT_OFFSET, BOOT_OFFSET + BOOT_BYTES);
  return {
    sequence: slot.readBigUInt64LE(8),
    boot: boot.replace(/\0+$/, ''),
    meta: Buffer.from(slot.subarray(META_OFFSET, CRC_OFFSET)),
  };
}
