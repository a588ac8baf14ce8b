import fc from 'fast-check';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { createSecurityModule } from '../../../test/support/security-module.js';
import { Passwords } from '../../platform/security/passwords.service.js';
import { AccountRequests } from './account-requests.service.js';

describe('AccountRequests', () => {
  let requests: AccountRequests;
  let passwords: Passwords;
  beforeAll(async () => {
    const module = await createSecurityModule({ imports: [QueryModule] });
    passwords = module.get(Passwords);
    requests = new AccountRequests(module.get(QueryGuard), passwords);
  });

  describe('update', () => {
    it('passes operators on and says when', async () => {
      expect(await requests.update({ $set: { name: 'Ada' }, $inc: { visits: 1 } })).toEqual({
        $set: { name: 'Ada', _patched: expect.any(Date) as Date },
        $inc: { visits: 1 },
      });
      expect(await requests.update({ $unset: { name: '' } })).toEqual({
        $unset: { name: '' },
        $set: { _patched: expect.any(Date) as Date },
      });
    });

    it('hashes a new password, also when it is all that changes', async () => {
      const document = { $set: { _password: 'correct horse' } };
      const { $set } = await requests.update(document);
      expect(Object.keys($set ?? {})).toEqual(['_password', '_patched']);
      expect(await passwords.check('correct horse', $set?._password)).toBe(true);
      expect(document).toEqual({ $set: { _password: 'correct horse' } });
    });

    it.each([[{ $set: { _password: 'short' } }], [{ $set: { _password: undefined } }]])(
      'refuses the new password of %j',
      async (document) => {
        await expect(requests.update(document)).rejects.toMatchObject({
          code: 'update_refused',
          errors: [{ field: '/document/$set/_password' }],
        });
      },
    );

    it('lets no operator reach a field of the server, whatever stands beside it', async () => {
      const OPERATORS = [
        '$set',
        '$unset',
        '$inc',
        '$min',
        '$max',
        '$mul',
        '$rename',
        '$push',
        '$pull',
        '$currentDate',
      ];
      const root = fc.oneof(
        fc.constantFrom('_id', '_key', '_inserted', '_patched', '_x'),
        fc.string().map((s) => `_${s}`),
      );
      const path = fc
        .tuple(root, fc.constantFrom('', '.0', '.a', '.$[]', '.$'))
        .map((parts) => parts.join(''));
      const target = fc
        .tuple(fc.constantFrom(...OPERATORS), path)
        .filter(([op, to]) => op !== '$set' || to !== '_password');
      await fc.assert(
        fc.asyncProperty(target, async ([operator, to]) => {
          const document = {
            $set: { fine: true },
            [operator]: { [to]: 1, ...(operator === '$set' ? { fine: true } : {}) },
          };
          await expect(requests.update(document)).rejects.toMatchObject({ code: 'update_refused' });
          await expect(requests.update({ $rename: { fine: to } })).rejects.toMatchObject({
            code: 'update_refused',
          });
        }),
      );
    });
  });

  describe('query', () => {
    it('passes a query on the fields that callers see', () => {
      const query = { active: true, 'plan.name': { $in: ['pro', 'team'] }, _key: 'ada' };
      expect(requests.query(query)).toEqual(query);
    });

    it('refuses to look at a hidden field, however deep the query', () => {
      const leaf = fc.constantFrom<object>(
        { _password: 'x' },
        { _password: { $exists: true } },
        { '_password.0': '$' },
        { _reset: { $ne: null } },
        { $expr: { $eq: ['$_password', 'x'] } },
        { tags: { $elemMatch: { $expr: { $eq: ['$$ROOT._password', 'x'] } } } },
      );
      const wraps = fc.array(fc.constantFrom('$and', '$or', '$nor'), { maxLength: 5 });
      fc.assert(
        fc.property(leaf, wraps, fc.boolean(), (inner, operators, first) => {
          const query = operators.reduce<object>(
            (member, operator) => ({ [operator]: first ? [member, { a: 1 }] : [{ a: 1 }, member] }),
            inner,
          );
          expect(() => requests.query(query as Record<string, unknown>)).toThrow(
            expect.objectContaining({ code: 'query_refused' }) as Error,
          );
        }),
      );
    });
  });

  describe('fields', () => {
    it('takes plain fields and decodes Extended JSON', () => {
      expect(requests.fields({ name: 'Ada', born: { $date: '1815-12-10T00:00:00Z' } })).toEqual({
        name: 'Ada',
        born: new Date('1815-12-10T00:00:00Z'),
      });
    });

    it.each(['_id', '_key', '_password', '_roles', '$set', 'a.b', ''])('refuses the field %j', (field) => {
      expect(() => requests.fields({ [field]: 1 })).toThrow(
        expect.objectContaining({ code: 'document_refused' }) as Error,
      );
    });
  });
});
