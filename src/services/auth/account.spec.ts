import { mongo } from 'mongoose';
import { isHidden, isReserved, toAccount, type StoredAccount } from './account.js';

const ADA: StoredAccount = {
  _id: '65f000000000000000000001',
  _key: 'ada',
  _password: '$2b$12$hash',
  _inserted: new Date(0),
  name: 'Ada',
};

describe('toAccount', () => {
  it('takes the password out and leaves the rest', () => {
    expect(toAccount(ADA)).toEqual({ _id: ADA._id, _key: 'ada', _inserted: new Date(0), name: 'Ada' });
  });

  it('takes out every field of the server that callers were not promised', () => {
    const account = toAccount({
      ...ADA,
      _patched: new Date(1),
      _reset: 'token',
      _totp: { secret: 's', confirmed: true, last: 0 },
      __v: 0,
    });
    expect(Object.keys(account)).toEqual(['_id', '_key', '_inserted', 'name', '_patched']);
  });

  it('leaves what applications name with an underscore inside their own fields', () => {
    expect(toAccount({ ...ADA, profile: { _theme: 'dark' } })).toMatchObject({ profile: { _theme: 'dark' } });
  });

  it('does not change the document that it was given', () => {
    const document = { ...ADA };
    toAccount(document);
    expect(document).toEqual(ADA);
  });

  it('gives values a form that JSON holds', () => {
    const account = toAccount({ ...ADA, price: mongo.Decimal128.fromString('1.50'), ratio: NaN });
    expect(account).toMatchObject({ price: { $numberDecimal: '1.50' }, ratio: { $numberDouble: 'NaN' } });
  });
});

describe('fields of the server', () => {
  it.each(['_id', '_password', '_x', '_password.0', '__proto__', '_'])('%s is reserved', (path) => {
    expect(isReserved(path)).toBe(true);
  });

  it.each(['name', 'a._b', 'a.b._password', ''])('%s is not', (path) => {
    expect(isReserved(path)).toBe(false);
  });

  it.each(['_password', '_password.0', '_x', '_idx', '_Key'])('%s is hidden', (path) => {
    expect(isHidden(path)).toBe(true);
  });

  it.each(['_id', '_key', '_inserted', '_patched', '_key.x', 'name', 'a._password'])('%s is not', (path) => {
    expect(isHidden(path)).toBe(false);
  });
});
