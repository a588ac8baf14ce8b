import { ObjectId } from 'bson';
import type { Document } from '../../types.js';
import { TICK } from '../../types.js';
import { compilePipeline } from '../pipeline.js';
import type { PipelineWriter } from '../pipeline.js';
import { outcomeOf } from '../testing/cases.js';
import { MemoryContext, runPipeline } from '../testing/pipelines.js';
import { MemoryWriter } from '../testing/writer.js';

class WritingContext extends MemoryContext {
  constructor(readonly write: PipelineWriter) {
    super();
  }
}

const run = (stage: Document, input: Document[], writer: MemoryWriter): Document[] =>
  runPipeline([stage], input, { context: new WritingContext(writer) });

describe('$out', () => {
  test('replaces a collection and answers nothing', () => {
    const writer = new MemoryWriter();
    expect(run({ $out: 'target' }, [{ _id: 1 }, { _id: 2 }], writer)).toEqual([]);
    expect(writer.collections.get('test.target')).toEqual([{ _id: 1 }, { _id: 2 }]);
    run({ $out: { db: 'other', coll: 'target' } }, [], writer);
    expect(writer.collections.get('other.target')).toEqual([]);
  });

  test('drops what it added when the pipeline fails', () => {
    const writer = new MemoryWriter();
    const stages = [{ $set: { x: { $divide: [1, '$d'] } } }, { $out: 'target' }];
    const context = new WritingContext(writer);
    expect(outcomeOf(() => runPipeline(stages, [{ d: 1 }, { d: 0 }], { context }))).toBe('error 2');
    expect(writer.aborted).toEqual(['target']);
    expect(writer.collections.size).toBe(0);
  });

  test('drops what it added when it is stopped', () => {
    const writer = new MemoryWriter();
    const endless = function* (): Generator<Document | typeof TICK> {
      for (;;) yield { _id: 1 };
    };
    const rows = compilePipeline([{ $out: 'target' }], new WritingContext(writer)).run(endless());
    for (const row of rows) if (row === TICK) break;
    expect(writer.aborted).toEqual(['target']);
  });

  test.each<[string, Document, number]>([
    ['a name', { $out: 5 }, 16990],
    ['db and coll', { $out: { coll: 'x' } }, 16994],
    ['nothing else', { $out: { db: 'a', coll: 'x', y: 1 } }, 16994],
    ['no time series', { $out: { db: 'a', coll: 'x', timeseries: {} } }, 115],
  ])('wants %s', (_what, stage, code) => {
    expect(outcomeOf(() => run(stage, [], new MemoryWriter()))).toBe(`error ${code}`);
  });

  test('is refused where nothing may be written', () => {
    expect(outcomeOf(() => runPipeline([{ $out: 'x' }]))).toBe('error 115');
    expect(outcomeOf(() => runPipeline([{ $merge: 'x' }]))).toBe('error 115');
  });
});

describe('$merge', () => {
  const existing = (): MemoryWriter => {
    const writer = new MemoryWriter(['k']);
    writer.collections.set('test.target', [{ _id: 1, a: 1, b: 1, k: 'x' }]);
    return writer;
  };
  const merged = (options: Document, input: Document[], writer = existing()): unknown => {
    run({ $merge: { into: 'target', ...options } }, input, writer);
    return writer.collections.get('test.target');
  };

  test('merges and inserts by default', () => {
    expect(merged({}, [{ _id: 1, a: 2 }, { _id: 2 }])).toEqual([{ _id: 1, a: 2, b: 1, k: 'x' }, { _id: 2 }]);
  });

  test.each<[string, Document, unknown]>([
    ['replace', { whenMatched: 'replace' }, [{ _id: 1, a: 2 }]],
    ['keepExisting', { whenMatched: 'keepExisting' }, [{ _id: 1, a: 1, b: 1, k: 'x' }]],
    [
      'a pipeline',
      { whenMatched: [{ $set: { a: { $add: ['$a', '$$new.a'] } } }] },
      [{ _id: 1, a: 3, b: 1, k: 'x' }],
    ],
    [
      'a pipeline with let',
      { let: { y: { $add: ['$a', 10] } }, whenMatched: [{ $set: { a: '$$y' } }, { $unset: 'k' }] },
      [{ _id: 1, a: 12, b: 1 }],
    ],
  ])('%s', (_mode, options, expected) => {
    expect(merged(options, [{ _id: 1, a: 2 }])).toEqual(expected);
  });

  test('joins on other fields', () => {
    expect(merged({ on: 'k', whenMatched: 'merge' }, [{ k: 'x', c: 1 }])).toEqual([
      { _id: 1, a: 1, b: 1, k: 'x', c: 1 },
    ]);
  });

  test('discards what does not match', () => {
    expect(merged({ whenNotMatched: 'discard' }, [{ _id: 7 }])).toHaveLength(1);
  });

  test('gives an _id to what it inserts', () => {
    const [, inserted] = merged({ on: 'k' }, [{ k: 'y' }]) as Document[];
    expect(inserted._id).toBeInstanceOf(ObjectId);
    expect(Object.keys(inserted)[0]).toBe('_id');
  });

  test.each<[string, Document, Document[], number]>([
    ['matches that must not be', { whenMatched: 'fail' }, [{ _id: 1 }], 11000],
    ['no match where one must be', { whenNotMatched: 'fail' }, [{ _id: 9 }], 13113],
    ['another _id', { on: 'k', whenMatched: 'replace' }, [{ _id: 2, k: 'x' }], 66],
    ['no unique index', { on: 'a' }, [], 51183],
    ['a join field that is missing', { on: 'k' }, [{ a: 1 }], 51132],
    ['a join field that is an array', { on: 'k' }, [{ k: [1] }], 51185],
    ['modes that do not fit', { whenMatched: 'fail', whenNotMatched: 'discard' }, [], 51181],
    ['an unknown mode', { whenMatched: 'x' }, [], 2],
    ['a mode of another type', { whenMatched: 5 }, [], 51191],
    ['an unknown mode for the others', { whenNotMatched: 'x' }, [], 2],
    ['another meaning of $$new', { let: { new: 1 }, whenMatched: [] }, [], 51273],
    ['let without a pipeline', { let: { a: 1 } }, [], 51199],
    ['other stages in the pipeline', { whenMatched: [{ $match: {} }] }, [], 72],
    ['unknown options', { x: 1 }, [], 40415],
    ['join fields of another type', { on: 5 }, [], 51186],
    ['no join fields', { on: [] }, [], 51187],
    ['join fields that are no names', { on: [5] }, [], 51134],
    ['the same join field twice', { on: ['k', 'k'] }, [], 31465],
  ])('refuses %s', (_what, options, input, code) => {
    expect(outcomeOf(() => merged(options, input))).toBe(`error ${code}`);
  });

  test.each<[string, unknown, number]>([
    ['an object or name', 5, 14],
    ['a target', {}, 40414],
    ['a good target', { into: 5 }, 51178],
    ['a collection', { into: { db: 'x' } }, 51178],
  ])('wants %s', (_what, spec, code) => {
    expect(outcomeOf(() => run({ $merge: spec }, [], existing()))).toBe(`error ${code}`);
  });
});
