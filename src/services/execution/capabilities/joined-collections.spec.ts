import { joinedCollections } from './joined-collections.js';

describe('joinedCollections', () => {
  it.each<[unknown, string[]]>([
    [[{ $match: {} }], []],
    [[{ $lookup: { from: 'a', as: 'x' } }], ['a']],
    [[{ $graphLookup: { from: 'a' } }], ['a']],
    [[{ $unionWith: 'a' }], ['a']],
    [[{ $unionWith: { coll: 'a', pipeline: [{ $lookup: { from: 'b' } }] } }], ['a', 'b']],
    [[{ $facet: { one: [{ $lookup: { from: 'a', pipeline: [{ $unionWith: 'b' }] } }] } }], ['a', 'b']],
    [[{ $lookup: { as: 'x', pipeline: [] } }], []],
    ['no pipeline', []],
    [null, []],
  ])('%j joins %j', (pipeline, expected) => {
    expect(joinedCollections(pipeline)).toEqual(expected);
  });
});
