import fc from 'fast-check';
import type { StoredEntry } from '../audit-entry.js';
import { newEntry } from '../new-entry.js';
import { BEGINNING, ChainSeal } from './chain-seal.js';
import { personalMembers } from './entry-parts.js';

const SECRET = 'a'.repeat(32);
const seal = new ChainSeal([SECRET]);
const caller = {
  address: '192.0.2.1',
  device: 'curl',
  user: { id: 'u2', key: 'bob', collection: 'c', project: 'p' },
};
const record = {
  user: { id: 'u1', key: 'ada' },
  caller,
  detail: { n: 1 },
  before: { a: 1 },
  after: { a: 2 },
};
const digest = (thing: unknown) => seal.digest(thing);
const made = (on = { type: 'key', id: 'k1' }) =>
  seal.chain('p', BEGINNING, [newEntry('x.done', { ...record, on }, { digest, request: 'r1' })])[0];

const forgotten = (entry: StoredEntry): StoredEntry => {
  const kept = { ...entry, forgotten: seal.forget(entry) } as unknown as Record<string, unknown>;
  for (const name of [...personalMembers(entry), 'salt']) delete kept[name];
  return kept as unknown as StoredEntry;
};

describe('the seal of the trail', () => {
  it('knows an entry as it was written, also as a database gives it back', () => {
    const entry = made();
    expect(seal.isGenuine('p', entry)).toBe(true);
    const stored = JSON.parse(JSON.stringify(entry)) as StoredEntry;
    const turned = Object.fromEntries(Object.entries(stored).reverse()) as unknown as StoredEntry;
    expect(seal.isGenuine('p', { ...turned, at: new Date(stored.at) })).toBe(true);
  });

  it.each(Object.keys(made()))('notices when %s is changed, or taken away', (name) => {
    const entry = made() as unknown as Record<string, unknown>;
    const changed =
      name === 'at' ? new Date(0) : name === 'seq' ? 7 : name === 'on' || name === 'detail' ? {} : 'x';
    expect(seal.isGenuine('p', { ...entry, [name]: changed } as unknown as StoredEntry)).toBe(false);
    const { [name]: _, ...rest } = entry;
    expect(seal.isGenuine('p', rest as unknown as StoredEntry)).toBe(false);
  });

  it('notices what was put in, another project, and another key', () => {
    const entry = made();
    expect(seal.isGenuine('p', { ...entry, ip2: '1' } as StoredEntry)).toBe(false);
    expect(seal.isGenuine('p', { ...entry, code: 'x' })).toBe(false);
    expect(seal.isGenuine('q', entry)).toBe(false);
    const other = new ChainSeal(['b'.repeat(32)]);
    const [forged] = other.chain('p', BEGINNING, [newEntry('x.done', {})]);
    expect(seal.isGenuine('p', forged)).toBe(false);
    expect(seal.isGenuine('p', { ...forged, signed_with: entry.signed_with })).toBe(false);
    expect(new ChainSeal(['c'.repeat(32), SECRET]).isGenuine('p', entry)).toBe(true);
  });

  it.each([
    { type: 'key', id: 'k1' },
    { type: 'user', id: 'u1' },
  ])(
    'knows an entry on a $type of which the person was forgotten, if it was the server that did it',
    (on) => {
      const entry = forgotten(made(on));
      expect(JSON.stringify(entry)).not.toMatch(/ada|u1|u2|192/);
      expect(seal.isGenuine('p', entry)).toBe(true);
      expect('on' in entry).toBe(on.type === 'key');
      expect(seal.isGenuine('p', { ...entry, forgotten: 'x.y' })).toBe(false);
      const { forgotten: _, ...stripped } = entry;
      expect(seal.isGenuine('p', stripped)).toBe(false);
      expect(seal.isGenuine('p', { ...entry, user: 'u3' })).toBe(false);
      // The proof of one entry is none for another.
      expect(seal.isGenuine('p', { ...forgotten(made(on)), forgotten: entry.forgotten })).toBe(false);
    },
  );

  it('signs places, for their kind and project', () => {
    const point = seal.sign('head', 'p', { seq: 3, hash: 'h' });
    expect(seal.isSigned('head', 'p', point)).toBe(true);
    expect(seal.isSigned('start', 'p', point)).toBe(false);
    expect(seal.isSigned('head', 'q', point)).toBe(false);
    expect(seal.isSigned('head', 'p', { ...point, seq: 2 })).toBe(false);
  });

  it('keeps whatever anybody says in a form that stays the same when it is stored', () => {
    const anything = fc.dictionary(fc.string({ unit: 'binary' }), fc.anything(), { maxKeys: 8 });
    fc.assert(
      fc.property(anything, fc.string({ unit: 'binary' }), (detail, key) => {
        let usable = true;
        try {
          JSON.stringify(detail);
        } catch {
          usable = false;
        }
        fc.pre(usable);
        const [entry] = seal.chain('p', BEGINNING, [newEntry('x', { detail, user: { key } })]);
        const bytes = Buffer.from(JSON.stringify(entry), 'utf8').toString('utf8');
        const read = JSON.parse(bytes) as StoredEntry;
        expect(seal.isGenuine('p', { ...read, at: new Date(read.at) })).toBe(true);
        expect(bytes.length).toBeLessThan(20_000);
      }),
    );
  });

  it('has one digest for one thing, in whatever order its members are', () => {
    expect(seal.digest({ a: 1, b: { c: 2, d: new Date(0) } })).toBe(
      seal.digest({ b: { d: '1970-01-01T00:00:00.000Z', c: 2 }, a: 1 }),
    );
    expect(seal.digest({ a: 1 })).not.toBe(seal.digest({ a: 2 }));
    expect(new ChainSeal(['b'.repeat(32)]).digest({ a: 1 })).not.toBe(seal.digest({ a: 1 }));
  });
});
