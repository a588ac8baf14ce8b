import { crc32 } from 'node:zlib';

const CRC_BYTES = 4;

/** A record's value: `[crc32 of the rest][BSON]`. */
export function sealRecord(bytes: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(CRC_BYTES + bytes.length);
  value.writeUInt32LE(crc32(bytes), 0);
  value.set(bytes, CRC_BYTES);
  return value;
}

/** @returns the BSON, or `undefined` when it is not what was written */
export function openRecord(value: Buffer): Buffer | undefined {
  const bytes = value.subarray(CRC_BYTES);
  return value.length > CRC_BYTES && value.readUInt32LE(0) === crc32(bytes) ? bytes : undefined;
}
