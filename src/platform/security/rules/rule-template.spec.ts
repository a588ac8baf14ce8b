import { queryLimits } from '../../database/query/limits.js';
import { Walk } from '../../database/query/walk.js';
import { testConfig } from '../../../../test/support/security-module.js';
import { compileRule } from './rule-template.js';
import { matcherOf } from './stored-form.js';

const limits = queryLimits(testConfig());
const compile = (rule: unknown) => compileRule(() => new Walk(limits, '/rule', 'rule_refused'), rule);

const VALUES: Record<string, unknown> = {
  '$user._id': 'me',
  '$user.teams': ['red', 'blue'],
  '$user.team': 'red',
  '$user.level': 3,
  '$user.object': { $ne: null },
  '$user.null': null,
};
const admits = (rule: unknown, document: object) => {
  const filter = compile(rule).fill((name) => VALUES[name]);
  return filter !== undefined && matcherOf(filter)(document);
};

describe('a rule', () => {
  it('without placeholders is filled in once and for all', () => {
    const rule = compile({ public: true });
    expect(rule.isOpen).toBe(false);
    expect(rule.fill(() => undefined)).toBe(rule.fill(() => 'x'));
    expect(compile({}).isOpen).toBe(true);
  });

  it('tells which fields of the user it reads', () => {
    const rule = { $or: [{ a: '$user.team' }, { b: { $in: ['$user.rank.level'] } }], c: '$user._id' };
    expect(compile(rule).userFields).toEqual(['team', 'rank.level']);
  });

  it.each([
    [{ owner: '$user._id' }, 'me'],
    [{ owner: { $in: ['$user._id', 'all'] } }, 'me'],
    [{ owner: { $eq: '$user._id' } }, 'me'],
    [{ owner: { $not: { $ne: '$user._id' } } }, 'me'],
    [{ $nor: [{ owner: { $ne: '$user._id' } }] }, 'me'],
    [{ $nor: [{ $nor: [{ owner: '$user._id' }] }] }, 'me'],
    [{ owner: { $gte: '$user._id' } }, 'me'],
  ])('takes a list for nobody: %j', (rule, owner) => {
    expect(admits(rule, { owner })).toBe(true);
    expect(admits(rule, { owner: [owner] })).toBe(false);
    expect(admits(rule, { owner: [owner, 'other'] })).toBe(false);
    expect(admits(rule, {})).toBe(false);
  });

  it('takes lists on the way to a field for nobody as well', () => {
    expect(admits({ 'by.owner': '$user._id' }, { by: { owner: 'me' } })).toBe(true);
    expect(admits({ 'by.owner': '$user._id' }, { by: [{ owner: 'me' }, { owner: 'other' }] })).toBe(false);
    expect(admits({ 'owners.0': '$user._id' }, { owners: ['me', 'other'] })).toBe(true);
  });

  it.each([
    { blocked: { $ne: '$user._id' } },
    { blocked: { $nin: ['$user._id'] } },
    { blocked: { $not: { $eq: '$user._id' } } },
    { $nor: [{ blocked: '$user._id' }] },
    { $nor: [{ blocked: { $in: ['$user._id'] } }] },
  ])('excludes lists that hold the caller: %j', (rule) => {
    expect(admits(rule, { blocked: 'me' })).toBe(false);
    expect(admits(rule, { blocked: ['you', 'me'] })).toBe(false);
    expect(admits(rule, { blocked: ['you'] })).toBe(true);
    expect(admits(rule, {})).toBe(true);
  });

  it.each([
    { members: { $elemMatch: { $eq: '$user._id' } } },
    { members: { $all: ['$user._id'] } },
    { members: { $elemMatch: { $in: ['$user._id'] } } },
  ])('means lists where it says so: %j', (rule) => {
    expect(admits(rule, { members: ['you', 'me'] })).toBe(true);
    expect(admits(rule, { members: ['you'] })).toBe(false);
  });

  it('takes a list of the user’s where one is asked for, and nowhere else', () => {
    expect(admits({ team: { $in: '$user.teams' } }, { team: 'blue' })).toBe(true);
    expect(admits({ team: { $in: '$user.teams' } }, { team: ['blue'] })).toBe(false);
    expect(admits({ team: { $nin: '$user.teams' } }, { team: 'blue' })).toBe(false);
    expect(admits({ team: { $nin: '$user.teams' } }, { team: 'green' })).toBe(true);
    expect(admits({ team: '$user.teams' }, { team: ['red', 'blue'] })).toBe(false);
    expect(admits({ team: { $in: '$user.team' } }, { team: 'red' })).toBe(false);
  });

  it.each(['$user.object', '$user.null', '$user.nothing'])('has no value in %s', (name) => {
    expect(compile({ a: { $ne: name } }).fill((of) => VALUES[of])).toBeUndefined();
  });

  it('keeps its other conditions', () => {
    const rule = { level: { $lte: '$user.level', $gt: 1 }, name: { $regex: '^a', $options: 'i' } };
    expect(admits(rule, { level: 3, name: 'Ada' })).toBe(true);
    expect(admits(rule, { level: 1, name: 'Ada' })).toBe(false);
    expect(admits(rule, { level: 4, name: 'Ada' })).toBe(false);
    expect(admits(rule, { level: 3, name: 'Bob' })).toBe(false);
  });
});
