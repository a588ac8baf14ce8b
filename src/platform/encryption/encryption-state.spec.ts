import {
  isUnsettled,
  nextFields,
  progressOf,
  settledFields,
  type EncryptedField,
} from './encryption-state.js';

const field = (path: string, more: Partial<EncryptedField> = {}): EncryptedField => ({
  path,
  index: false,
  phase: 'sealed',
  blind: false,
  ...more,
});

describe('what becomes of encrypted fields', () => {
  it('begins with documents that may be plain, and a new index is of use at once', () => {
    expect(nextFields([], { a: { index: true }, b: {} })).toEqual([
      field('a', { index: true, phase: 'sealing', blind: true }),
      field('b', { phase: 'sealing' }),
    ]);
  });

  it('is nothing when the same is declared', () => {
    const fields = [field('a', { index: true, blind: true }), field('b')];
    expect(nextFields(fields, { a: { index: true }, b: {} })).toEqual(fields);
    expect(isUnsettled(fields)).toBe(false);
  });

  it('is to be decrypted when it is no longer declared', () => {
    const next = nextFields([field('a'), field('b')], { b: {} });
    expect(next).toEqual([field('b'), field('a', { phase: 'opening' })]);
    expect(isUnsettled(next)).toBe(true);
    expect(settledFields(next)).toEqual([field('b')]);
  });

  it('makes an index that comes later wait, also when it comes and goes', () => {
    const later = nextFields([field('a')], { a: { index: true } });
    expect(later).toEqual([field('a', { index: true, phase: 'sealing', blind: false })]);
    expect(settledFields(later)).toEqual([field('a', { index: true, blind: true })]);
    const without = nextFields([field('a', { index: true, blind: true })], { a: {} });
    expect(nextFields(without, { a: { index: true } })[0].blind).toBe(false);
  });

  it('finds what was being decrypted as it was', () => {
    const opening = nextFields([field('a', { index: true, blind: true })], {});
    expect(nextFields(opening, { a: { index: true } })).toEqual([
      field('a', { index: true, phase: 'sealing', blind: true }),
    ]);
  });

  it('is told in numbers', () => {
    const state = { fields: [field('a')], keys: ['k'], wanted: 'w', since: new Date(), total: 5, failed: 2 };
    expect(progressOf({ ...state, pending: false })).toEqual({
      status: 'failed',
      fields: { a: 'sealed' },
      done: 3,
      left: 0,
      failed: 2,
    });
    expect(progressOf({ ...state, pending: true })).toMatchObject({ status: 'running', done: 0, left: 5 });
  });
});
