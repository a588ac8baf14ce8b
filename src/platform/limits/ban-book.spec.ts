import { BanBook } from './ban-book.js';
import type { StoredBan } from './bans.service.js';

const ban = (_id: string, seconds = 60): StoredBan => ({
  ...{ _id, violations: 3, seconds: 10 },
  since: new Date(),
  until: new Date(Date.now() + seconds * 1000),
});

const isBanned = (book: BanBook, ...blocks: string[]) =>
  blocks.map((block) => book.until(block) !== undefined);

describe('BanBook', () => {
  it('knows until when, and forgets what has ended', () => {
    const book = new BanBook();
    const one = ban('192.0.2.1');
    book.add(one);
    book.add(ban('192.0.2.2', -1));
    expect(book.until('192.0.2.1')).toBe(one.until.getTime());
    expect(isBanned(book, '192.0.2.2', '192.0.2.3')).toEqual([false, false]);
    expect(book.size).toBe(1);
  });

  it('takes over what the database has, and drops what it has no more', () => {
    const book = new BanBook();
    book.replace([ban('a'), ban('b')], performance.now());
    expect(isBanned(book, 'a', 'b')).toEqual([true, true]);
    book.replace([ban('b')], performance.now() + 1);
    expect(isBanned(book, 'a', 'b')).toEqual([false, true]);
  });

  it('keeps its own until it is written', () => {
    const book = new BanBook();
    book.add(ban('a'));
    // Its own message comes back to it.
    book.hear(ban('a'));
    book.replace([], performance.now() + 60_000);
    expect(isBanned(book, 'a')).toEqual([true]);
    expect(book.unwritten().map(({ _id }) => _id)).toEqual(['a']);
    book.written('a');
    expect(book.unwritten()).toEqual([]);
    book.replace([], performance.now() + 1);
    expect(isBanned(book, 'a')).toEqual([false]);
  });

  it('waits a while for what another instance has told and may not have written yet', () => {
    const book = new BanBook();
    book.hear(ban('a'));
    book.replace([], performance.now() + 1000);
    expect(isBanned(book, 'a')).toEqual([true]);
    expect(book.unwritten()).toEqual([]);
    book.replace([], performance.now() + 60_000);
    expect(isBanned(book, 'a')).toEqual([false]);
  });

  it('is not misled by a reading that began before what it has learnt since', () => {
    const book = new BanBook();
    const begun = performance.now() - 1;
    book.replace([ban('old')], begun - 1);
    book.lift('old');
    book.add(ban('new'));
    book.written('new');
    book.replace([ban('old')], begun);
    expect(isBanned(book, 'old', 'new')).toEqual([false, true]);
    book.replace([ban('old')], performance.now() + 1);
    expect(isBanned(book, 'old')).toEqual([true]);
  });
});
