import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Name of the file in `DATA_DIR`. */
export const KEPT_FILE = 'vault-cache';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 16;
const FORMAT = 'coglex-vault-cache-1';
/** Makes guessing dear, should a secret be one that can be guessed: 64 MB and a tenth of a second for each try. */
const COST = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

const derive = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt);

/** Values that were good once. */
export interface Kept {
  values: ReadonlyMap<string, string>;
  version?: number;
  /** When Vault said so. */
  at: Date;
}

/**
 * The last values of Vault, for a start while it is away. They are encrypted under a secret that the operator supplies and
 * that is not in the directory; whoever has the directory alone has nothing.
 */
export class KeptValues {
  private readonly path: string;

  /**
   * @param directory `DATA_DIR`
   * @param secret what the key is made of
   * @param place which Vault and which secret: values of another one are not taken
   */
  constructor(
    private readonly directory: string,
    private readonly place: string,
  ) {
    this.path = join(directory, KEPT_FILE);
  }

  /** Takes the place of what was kept, as a whole. */
  async keep(secret: string, { values, version, at }: Kept): Promise<void> {
    const salt = randomBytes(SALT_BYTES);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', await derive(secret, salt, 32, COST), iv);
    cipher.setAAD(this.context());
    const text = JSON.stringify({ at: at.toISOString(), version, values: [...values] });
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    await this.write([FORMAT, salt, iv, cipher.getAuthTag(), sealed]);
  }

  /** @returns `undefined` when nothing is there that this secret opens */
  async read(secret: string): Promise<Kept | undefined> {
    const parts = (await readFile(this.path, 'latin1').catch(() => '')).split('.');
    if (parts.length !== 5 || parts[0] !== FORMAT) return undefined;
    const [salt, iv, tag, sealed] = parts.slice(1).map((part) => Buffer.from(part, 'base64url'));
    if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', await derive(secret, salt, 32, COST), iv);
    decipher.setAAD(this.context());
    decipher.setAuthTag(tag);
    try {
      const text = decipher.update(sealed, undefined, 'utf8') + decipher.final('utf8');
      const kept = JSON.parse(text) as { at: string; version?: number; values: [string, string][] };
      return { values: new Map(kept.values), version: kept.version, at: new Date(kept.at) };
    } catch {
      return undefined;
    }
  }

  async forget(): Promise<void> {
    await rm(this.path, { force: true });
  }

  private context(): Buffer {
    return Buffer.from(`${FORMAT} ${this.place}`);
  }

  private async write(parts: readonly (string | Buffer)[]): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const next = `${this.path}.${randomBytes(6).toString('hex')}`;
    try {
      const file = await open(next, 'wx', 0o600);
      try {
        await file.writeFile(
          parts.map((part) => (typeof part === 'string' ? part : part.toString('base64url'))).join('.'),
        );
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(next, this.path);
    } catch (error) {
      await rm(next, { force: true });
      throw error;
    }
  }
}
