import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EncryptedField } from '../../../src/platform/encryption/encryption-state.ts';

// What encrypted fields cost: a value beside the bare cipher, inserts and lists over HTTP with none and with three of them, and
// how fast stored documents are put under another key. The built server with its embedded engine, in this process.

const DIST = join(import.meta.dirname, '../../../dist');
const load = async <T>(path: string) => (await import(join(DIST, path))) as T;

const { createApp } = await load<typeof import('../../../src/bootstrap.ts')>('bootstrap.js');
const { loadConfig } = await load<typeof import('../../../src/platform/config/load-config.ts')>(
  'platform/config/load-config.js',
);
const { FieldEncryption } = await load<
  typeof import('../../../src/platform/encryption/field-encryption.service.ts')
>('platform/encryption/field-encryption.service.js');

const ROUNDS = 5;
const VALUES = 20_000;
const DOCUMENTS = 5000;
const AT_ONCE = 8;
const SECRET = 'bench'.repeat(8);
const API = '/service/storage/v1';

const middle = (numbers: number[]) =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
const report = (name: string, figure: string) =>
  process.stdout.write(`${name.padEnd(62)}${figure.padStart(16)}\n`);

/** Times a second. */
function rate(times: number, work: () => void): number {
  const rates = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    for (let n = 0; n < times; n += 1) work();
    return (times / (performance.now() - started)) * 1000;
  });
  return middle(rates);
}

const directory = await mkdtemp(join(tmpdir(), 'coglex-bench-'));
const env = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  DATA_DIR: directory,
  SERVER_SECRET: SECRET,
  SERVER_HOST: '127.0.0.1',
  ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
};
const app = await createApp({ config: loadConfig({ env, dotenv: null }) });
try {
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { 'x-api-key': SECRET, ...(body ? { 'content-type': 'application/json' } : {}) };
    const answer = await fetch(url + path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : undefined,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as { status?: string });
  };

  await call('PUT', '/service/schema/v1/sealed', {
    encrypted: { ssn: { index: true }, note: {}, street: {} },
  });
  const encryption = await app.get(FieldEncryption, { strict: false }).toWrite('sealed');
  if (!encryption) throw new Error('Nothing is encrypted');
  const field: EncryptedField = { path: 'note', index: false, phase: 'sealed', blind: false };
  const indexed: EncryptedField = { path: 'ssn', index: true, phase: 'sealed', blind: true };
  const value = 'a note of some forty characters, or fifty';
  const sealed = encryption.sealer.seal(field, 'id', value);

  const key = createSecretKey(randomBytes(32));
  const plain = Buffer.alloc(64);
  const bare = (() => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const text = cipher.update(plain);
    cipher.final();
    return { iv, text, tag: cipher.getAuthTag() };
  })();
  const bareSeal = rate(VALUES, () => {
    const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12));
    cipher.update(plain);
    cipher.final();
    cipher.getAuthTag();
  });
  const bareOpen = rate(VALUES, () => {
    const decipher = createDecipheriv('aes-256-gcm', key, bare.iv, { authTagLength: 16 });
    decipher.setAuthTag(bare.tag);
    decipher.update(bare.text);
    decipher.final();
  });
  const perSecond = (times: number) => `${Math.round(times).toLocaleString('en')} /s`;
  const beside = (times: number, floor: number) => `${perSecond(times)} (${(times / floor).toFixed(2)})`;
  report('bare AES-256-GCM, 64 bytes, encrypt', perSecond(bareSeal));
  report(
    'a value is encrypted (of the bare cipher)',
    beside(
      rate(VALUES, () => encryption.sealer.seal(field, 'id', value)),
      bareSeal,
    ),
  );
  report(
    'a value is encrypted, with its blind index',
    perSecond(rate(VALUES, () => encryption.sealer.seal(indexed, 'id', value))),
  );
  report('bare AES-256-GCM, 64 bytes, decrypt', perSecond(bareOpen));
  report(
    'a value is decrypted (of the bare cipher)',
    beside(
      rate(VALUES, () => encryption.sealer.open(field, 'id', sealed)),
      bareOpen,
    ),
  );

  const documentOf = (n: number) => ({
    _id: `d${n}`,
    ssn: `s${n}`,
    note: value,
    street: 'Main Street 17',
    n,
    text: 'x'.repeat(100),
  });
  for (const [collection, name] of [
    ['plain', 'no encrypted field'],
    ['sealed', '3 encrypted fields'],
  ]) {
    const started = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < DOCUMENTS) await call('POST', `${API}/${collection}`, documentOf(next++));
      }),
    );
    report(`insert one, ${name}`, perSecond((DOCUMENTS / (performance.now() - started)) * 1000));
    for (const [what, path] of [
      ['list 100', `${API}/${collection}?limit=100`],
      ['list 1,000', `${API}/${collection}?limit=1000`],
      ...(collection === 'sealed'
        ? [['find one by its blind index', `${API}/${collection}?query={"ssn":"s77"}`]]
        : []),
    ]) {
      const times: number[] = [];
      for (let n = 0; n < 40; n += 1) {
        const begun = performance.now();
        await call('GET', path);
        times.push(performance.now() - begun);
      }
      report(`${what}, ${name}`, `${middle(times).toFixed(2)} ms`);
    }
  }

  const settled = async () => {
    while ((await call('GET', '/service/operations/v1/encryption'))?.status === 'running') await sleep(20);
  };
  await settled();
  await call('PUT', '/service/schema/v1/plain', {
    encrypted: { ssn: { index: true }, note: {}, street: {} },
  });
  const begun = performance.now();
  const done = async () => {
    const answer = (await call('GET', '/service/schema/v1/plain')) as { encryption: { done: number } };
    return answer.encryption.done >= DOCUMENTS;
  };
  while (!(await done())) await sleep(10);
  report(
    'stored documents are encrypted, 3 fields each',
    perSecond((DOCUMENTS / (performance.now() - begun)) * 1000),
  );
  await settled();
} finally {
  await app.close();
  await rm(directory, { recursive: true, force: true });
}
