import { createCipheriv, createDecipheriv, createHmac, randomBytes, type KeyObject } from 'node:crypto';

/*
 * `01`, length and text of the key's id, 12 bytes of IV, 16 bytes of tag, and the text of AES-256-GCM.
 */
const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Bytes of a blind index. Two different values share one with a chance of 2^-88 among 2^20 values. */
const BLIND_BYTES = 16;

/**
 * Encrypts with a random IV. A key of 96-bit IVs is good for 2^32 values: each field of each collection has its own.
 *
 * @param bound what the value belongs to; it is not stored, and must be the same to decrypt
 */
export function seal(key: KeyObject, keyId: string, bound: Uint8Array, plain: Uint8Array): Uint8Array {
  const id = Buffer.from(keyId);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(bound);
  const text = cipher.update(plain);
  cipher.final();
  return Buffer.concat([Uint8Array.of(VERSION, id.length), id, iv, cipher.getAuthTag(), text]);
}

/** The id of the key that a value was encrypted with; `undefined` for what was not encrypted here. */
export function keyIdOf(sealed: Uint8Array): string | undefined {
  if (sealed.length < 2 || sealed[0] !== VERSION) return undefined;
  const end = 2 + sealed[1];
  if (sealed.length < end + IV_BYTES + TAG_BYTES) return undefined;
  return Buffer.from(sealed.subarray(2, end)).toString();
}

/** @returns `undefined` when the value was changed, or belongs to something else */
export function open(key: KeyObject, bound: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const iv = 2 + sealed[1];
  const tag = iv + IV_BYTES;
  const text = tag + TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(iv, tag), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(tag, text));
  const plain = decipher.update(sealed.subarray(text));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** What a value is found by: who lacks the key learns which values are equal, and nothing else. */
export const blindIndex = (key: KeyObject, canonical: Uint8Array): Uint8Array =>
  createHmac('sha256', key).update(canonical).digest().subarray(0, BLIND_BYTES);
