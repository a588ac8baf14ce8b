import type { File } from '@google/genai';

/** A file at the provider, as the service shows it. */
export interface ModelFile {
  /** What a message names in `fileData`. */
  fileUri: string;
  mimeType: string;
  /** `files/<name>` */
  name: string;
  displayName?: string;
  /** Number of bytes, as text: it may be larger than a number. */
  sizeBytes?: string;
  createTime?: string;
  updateTime?: string;
  /** After it the provider has deleted the file. */
  expirationTime?: string;
  sha256Hash?: string;
  uri: string;
  /** `PROCESSING` until models can read it, then `ACTIVE`, or `FAILED`. */
  state?: string;
}

export function toModelFile(file: File): ModelFile {
  const { uri = '', mimeType = '', name = '', displayName, sizeBytes, state } = file;
  const { createTime, updateTime, expirationTime, sha256Hash } = file;
  const members = {
    ...{ fileUri: uri, mimeType, name, displayName, sizeBytes, createTime, updateTime, expirationTime },
    ...{ sha256Hash, uri, state },
  };
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as ModelFile;
}
