import type { Problem } from '../support/api-client.js';
import { raw } from '../support/encryption.js';
import { declare, STORAGE } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';

const PEOPLE = `${STORAGE}/people`;

describe('encrypted fields of documents', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    await declare(app, 'people', {
      encrypted: { ssn: { index: true }, note: {}, 'address.street': {} },
      schema: {
        type: 'object',
        properties: { ssn: { maxLength: 30 }, note: { not: { const: 'forbidden' } } },
      },
    });
  });
  afterAll(() => app?.stop());

  const insert = (body: unknown) => app.client.post<Problem & { ids: string[] }>(PEOPLE, body);
  const patch = (id: string, document: unknown) => app.client.patch<Problem>(`${PEOPLE}/${id}`, { document });
  const get = async (id: string, query = {}) =>
    (await app.client.get<Record<string, unknown>>(`${PEOPLE}/${id}`, query)).body;
  const find = (query: unknown, more = {}) =>
    app.client.get<Problem & { _id: string }[]>(PEOPLE, { query, ...more });
  const ids = async (query: unknown) => (await find(query)).body.map(({ _id }) => _id).toSorted();

  it('are plain in answers and unreadable in the database', async () => {
    const document = {
      _id: 'ada',
      name: 'Ada',
      ssn: '078-05-1120',
      note: { text: 'likes cats', since: { $date: '2026-01-01T00:00:00Z' } },
      address: { street: 'Main Street 1', city: 'London' },
    };
    expect((await insert(document)).status).toBe(201);
    expect(await get('ada')).toMatchObject({
      ...document,
      note: { text: 'likes cats', since: '2026-01-01T00:00:00.000Z' },
    });
    expect((await find({ _id: 'ada' })).body).toMatchObject([{ ssn: '078-05-1120' }]);
    const stored = await raw(app, 'people', 'ada');
    expect(stored).toMatchObject({ name: 'Ada', address: { city: 'London' } });
    const text = JSON.stringify(stored);
    const bytes = text + Buffer.from(text.match(/"_sealed":"([^"]+)"/)![1], 'base64').toString('latin1');
    for (const secret of ['078-05', 'likes', 'cats', 'Main']) expect(bytes).not.toContain(secret);
  });

  it.each([
    ['text', 'plain'],
    ['empty', ''],
    ['number', 7.25],
    ['zero', 0],
    ['long', { $numberLong: '9007199254740993' }],
    ['decimal', { $numberDecimal: '1.10' }],
    ['truth', false],
    ['nothing', null],
    ['uuid', { $binary: { base64: 'ERERESIiQzOERFVVVVVVVQ==', subType: '04' } }],
    ['list', [1, 'two', { three: [3] }, null]],
    ['document', { a: { b: [{ c: 1 }] } }],
    ['bytes', { $binary: { base64: 'aGk=', subType: '00' } }],
  ])('hold a %s', async (name, value) => {
    const _id = `value-${name}`;
    await insert({ _id, note: value, ssn: value });
    expect(await get(_id)).toMatchObject({ note: value, ssn: value });
    expect(JSON.stringify(await raw(app, 'people', _id))).toMatch(/"note":\{"_sealed":"[^"]+"\}/);
    expect(await ids({ ssn: value })).toContain(_id);
  });

  it('are sealed anew each time, so that equal values look different', async () => {
    await insert([
      { _id: 'twin-1', note: 'same' },
      { _id: 'twin-2', note: 'same' },
    ]);
    const [one, other] = await Promise.all([raw(app, 'people', 'twin-1'), raw(app, 'people', 'twin-2')]);
    expect(one?.note).not.toEqual(other?.note);
  });

  it('tell nothing of a short value by its length', async () => {
    await insert([
      { _id: 'yes', note: true },
      { _id: 'no', note: 'definitely' },
    ]);
    const lengthOf = async (id: string) =>
      ((await raw(app, 'people', id))?.note as { _sealed: { length(): number } })._sealed.length();
    expect(await lengthOf('yes')).toBe(await lengthOf('no'));
  });

  describe('with an index', () => {
    beforeAll(async () => {
      await insert([
        { _id: 'q-one', ssn: 1, group: 'q' },
        { _id: 'q-one-double', ssn: { $numberDouble: '1.0' }, group: 'q' },
        { _id: 'q-one-decimal', ssn: { $numberDecimal: '1.00' }, group: 'q' },
        { _id: 'q-text', ssn: '1', group: 'q' },
        { _id: 'q-null', ssn: null, group: 'q' },
        { _id: 'q-missing', group: 'q' },
        { _id: 'q-list', ssn: ['1', 'x'], group: 'q' },
        { _id: 'q-object', ssn: { a: 1, b: 2 }, group: 'q' },
      ]);
      // The same without encryption, to compare with what the database says itself.
      await app.client.post(
        `${STORAGE}/plain`,
        (await find({ group: 'q' })).body.map((each) => ({ ...each, _inserted: undefined })),
      );
      await app.client.patch(`${STORAGE}/plain`, {
        query: { _id: 'q-one-double' },
        document: { $set: { ssn: { $numberDouble: '1.0' } } },
      });
    });

    it.each([
      { ssn: 1 },
      { ssn: { $eq: { $numberDecimal: '1' } } },
      { ssn: '1' },
      { ssn: ['1', 'x'] },
      { ssn: 'x' },
      { ssn: null },
      { ssn: { a: 1, b: 2 } },
      { ssn: { b: 2, a: 1 } },
      { ssn: { $in: [1, 'x', null] } },
      { ssn: { $in: [] } },
      { ssn: { $nin: [] } },
      { ssn: { $ne: '1' } },
      { ssn: { $ne: null } },
      { ssn: { $nin: ['1', null] } },
      { ssn: { $not: { $eq: 1 } } },
      { ssn: { $not: { $in: [1, '1'] } } },
      { ssn: { $exists: false } },
      { ssn: { $exists: true, $ne: 1 } },
      { $or: [{ ssn: 'x' }, { _id: 'q-null' }] },
      { $nor: [{ ssn: 1 }, { ssn: null }] },
      { $and: [{ ssn: { $ne: 1 } }, { ssn: { $exists: true } }] },
      { ssn: { $eq: 1, $ne: '1' }, _id: { $regex: '^q-one' } },
      { $expr: { $eq: ['$group', 'q'] }, ssn: 'x' },
    ])('are found by %j as plain ones are', async (query) => {
      const asked = { $and: [{ group: 'q' }, query] };
      const plain = await app.client.get<{ _id: string }[]>(`${STORAGE}/plain`, { query: asked });
      expect(await ids(asked)).toEqual(plain.body.map(({ _id }) => _id).toSorted());
      const { headers } = await find(asked, { count: true, limit: 1 });
      expect(headers.get('x-total-count')).toBe(String(plain.body.length));
    });

    it('are found through a database index', async () => {
      const indexes = await app.db.collection('people').indexes();
      expect(indexes.map(({ key }) => key as object)).toContainEqual({ 'ssn._blind': 1 });
    });

    it('decide which documents are changed and deleted', async () => {
      await insert([
        { _id: 'd-1', ssn: 'gone', group: 'd' },
        { _id: 'd-2', ssn: 'stays', group: 'd' },
      ]);
      const changed = await app.client.patch(PEOPLE, {
        query: { ssn: 'stays' },
        document: { $set: { seen: 1 } },
      });
      expect(changed.body).toEqual({ matched: 1, modified: 1 });
      expect((await app.client.delete(PEOPLE, { query: { ssn: 'gone' } })).body).toEqual({ deleted: 1 });
      expect(await ids({ group: 'd' })).toEqual(['d-2']);
    });
  });

  it.each([
    [{ note: 'likes cats' }, 'note'],
    [{ note: null }, 'note'],
    [{ note: { $in: ['a'] } }, 'note'],
    [{ 'note.text': 'a' }, 'note'],
    [{ 'address.street': 'Main Street 1' }, 'address.street'],
    [{ address: { street: 'Main Street 1', city: 'London' } }, 'address.street'],
    [{ address: { $elemMatch: { street: 'x' } } }, 'address.street'],
    [{ 'address.0.street': 'x' }, 'address.street'],
    [{ ssn: { $gt: '' } }, 'ssn'],
    [{ ssn: { $regex: '^0' } }, 'ssn'],
    [{ ssn: { $regularExpression: { pattern: '^0', options: '' } } }, 'ssn'],
    [{ ssn: { $in: [{ $regularExpression: { pattern: '^0', options: '' } }] } }, 'ssn'],
    [{ ssn: { $not: { $regex: '^0' } } }, 'ssn'],
    [{ ssn: { $type: 'string' } }, 'ssn'],
    [{ ssn: { $size: 2 } }, 'ssn'],
    [{ ssn: { $all: ['1'] } }, 'ssn'],
    [{ ssn: { $elemMatch: { $eq: '1' } } }, 'ssn'],
    [{ ssn: { $mod: [2, 0] } }, 'ssn'],
    [{ 'ssn._blind': { $exists: true } }, 'ssn'],
    [{ 'ssn._sealed': { $exists: true } }, 'ssn'],
    [{ 'ssn.0': '1' }, 'ssn'],
    [{ $or: [{ _id: 1 }, { $nor: [{ ssn: { $lt: 5 } }] }] }, 'ssn'],
    [{ $expr: { $eq: ['$ssn', '078-05-1120'] } }, 'ssn'],
    [{ $expr: { $gt: ['$$ROOT.ssn', ''] } }, 'ssn'],
    [{ $expr: { $eq: [{ $getField: 'ssn' }, 1] } }, 'ssn'],
    [{ $expr: { $gt: ['$$ROOT', null] } }, 'ssn'],
  ])('answer 400 to the query %j', async (query, field) => {
    const { status, body } = await find(query);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'query_refused', errors: [{ field: `/${field.replace('.', '/')}` }] });
    expect((await app.client.delete(PEOPLE, { query })).status).toBe(400);
    expect((await app.client.patch(PEOPLE, { query, document: { $set: { a: 1 } } })).status).toBe(400);
  });

  it('can be asked whether they, or what is around them, are there', async () => {
    expect(await ids({ note: { $exists: true }, name: 'Ada' })).toEqual(['ada']);
    expect(await ids({ address: { $exists: true } })).toEqual(['ada']);
    expect(await ids({ address: { $type: 'object' } })).toEqual(['ada']);
  });

  it('cannot be sorted by', async () => {
    for (const sort of [{ ssn: 1 }, { note: -1 }, { address: 1 }, { 'ssn._blind': 1 }])
      expect(await find({}, { sort })).toMatchObject({ status: 400, body: { code: 'query_refused' } });
  });

  it('are chosen and left out as a whole', async () => {
    expect(await get('ada', { keys: { ssn: 1 } })).toEqual({ _id: 'ada', ssn: '078-05-1120' });
    expect(await get('ada', { keys: { _id: 0, ssn: 1 } })).toEqual({ ssn: '078-05-1120' });
    expect(await get('ada', { keys: { _id: 0 } })).not.toHaveProperty('_id');
    expect(await get('ada', { keys: { 'address.street': 1 } })).toEqual({
      _id: 'ada',
      address: { street: 'Main Street 1' },
    });
    expect(await get('ada', { keys: { address: { street: 1 } } })).toMatchObject({
      address: { street: 'Main Street 1' },
    });
    expect(await get('ada', { keys: { address: 1 } })).toMatchObject({
      address: { street: 'Main Street 1' },
    });
    expect(await get('ada', { keys: { ssn: 0, 'address.street': 0 } })).toEqual(
      expect.not.objectContaining({ ssn: expect.anything() as unknown }),
    );
    expect((await find({ _id: 'ada' }, { keys: { _id: 0, note: 1 } })).body).toMatchObject([
      { note: { text: 'likes cats' } },
    ]);
    for (const keys of [
      { 'ssn._blind': 1 },
      { 'ssn._sealed': 0 },
      { note: { text: 1 } },
      { alias: '$ssn' },
      { alias: { $concat: ['$ssn', 'x'] } },
      { alias: '$$ROOT' },
      { alias: { $getField: 'note' } },
      { ssn: '$name' },
      { ssn: { $slice: 1 } },
      { address: { $elemMatch: { street: 'x' } } },
      { _id: '$name', ssn: 1 },
    ])
      expect([keys, (await app.client.get(`${PEOPLE}/ada`, { keys })).status]).toEqual([keys, 400]);
  });

  it('are set and removed by updates', async () => {
    await insert({ _id: 'upd', ssn: 'a', note: 'b', address: { street: 'c', city: 'd' } });
    expect(
      (await patch('upd', { $set: { ssn: 'new', 'address.street': 'e' }, $unset: { note: 1 } })).body,
    ).toEqual({
      matched: 1,
      modified: 1,
    });
    expect(await get('upd')).toMatchObject({ ssn: 'new', address: { street: 'e', city: 'd' } });
    expect(await get('upd')).not.toHaveProperty('note');
    expect(await ids({ ssn: 'new' })).toEqual(['upd']);
    expect(await ids({ ssn: 'a' })).toEqual([]);
    await patch('upd', { $set: { address: { street: 'f', zip: 1 } } });
    expect((await raw(app, 'people', 'upd'))?.address).toMatchObject({ street: { _sealed: {} }, zip: 1 });
    expect(await get('upd')).toMatchObject({ address: { street: 'f', zip: 1 } });
  });

  it('are sealed for each document when many change at once', async () => {
    await insert([
      { _id: 'm-1', group: 'm', ssn: 'x' },
      { _id: 'm-2', group: 'm' },
    ]);
    const { body } = await app.client.patch(PEOPLE, {
      query: { group: 'm' },
      document: { $set: { note: 'for all', ssn: 'm' } },
    });
    expect(body).toEqual({ matched: 2, modified: 2 });
    const [one, other] = await Promise.all([raw(app, 'people', 'm-1'), raw(app, 'people', 'm-2')]);
    expect(one?.note).not.toEqual(other?.note);
    expect((await find({ ssn: 'm' })).body).toMatchObject([{ note: 'for all' }, { note: 'for all' }]);
  });

  it.each([
    { $inc: { ssn: 1 } },
    { $mul: { note: 2 } },
    { $min: { ssn: 'a' } },
    { $max: { ssn: 'a' } },
    { $push: { note: 1 } },
    { $addToSet: { note: 1 } },
    { $pull: { note: 1 } },
    { $pop: { note: 1 } },
    { $rename: { ssn: 'public' } },
    { $rename: { name: 'ssn' } },
    { $rename: { address: 'elsewhere' } },
    { $currentDate: { note: true } },
    { $bit: { note: { or: 1 } } },
    { $set: { 'note.text': 'x' } },
    { $set: { 'ssn._blind': 'x' } },
    { $set: { 'address.0.street': 'x' } },
    { $unset: { 'note.text': 1 } },
    { $push: { address: { street: 'x' } } },
  ])('refuse the update %j', async (document) => {
    const { status, body } = await patch('ada', document);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'update_refused',
      errors: [{ message: expect.stringContaining('encrypted') as string }],
    });
  });

  it('cannot stand in lists of documents', async () => {
    const list = { _id: 'list', address: [{ street: 'x' }] };
    expect(await insert(list)).toMatchObject({ status: 400, body: { code: 'document_refused' } });
    expect(await patch('ada', { $set: { address: [{ street: 'x' }] } })).toMatchObject({
      status: 400,
      body: { code: 'update_refused' },
    });
    const long = Array.from({ length: 1001 }, (_, n) => n);
    expect((await insert({ ssn: long })).status).toBe(400);
    expect((await insert({ note: long })).status).toBe(201);
  });

  it('are looked at in plain text by the schema', async () => {
    expect(await insert({ ssn: 'x'.repeat(31) })).toMatchObject({
      status: 400,
      body: { code: 'document_refused', errors: [{ field: '/ssn' }] },
    });
    expect((await patch('ada', { $set: { note: 'forbidden' } })).status).toBe(400);
    expect((await patch('ada', { $set: { name: 'Ada L.' } })).status).toBe(200);
    expect(await get('ada')).toMatchObject({ name: 'Ada L.', ssn: '078-05-1120' });
  });

  it('lose no write when many change one document', async () => {
    await insert({ _id: 'busy', ssn: 's', count: 0 });
    const writes = Array.from({ length: 12 }, (_, n) =>
      patch('busy', n % 2 ? { $set: { note: `n${n}` } } : { $inc: { count: 1 } }),
    );
    expect((await Promise.all(writes)).map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(await get('busy')).toMatchObject({
      ssn: 's',
      count: 6,
      note: expect.stringMatching(/^n\d+$/) as string,
    });
  });
});
