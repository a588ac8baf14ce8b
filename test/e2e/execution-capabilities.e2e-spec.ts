import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EXECUTION, storeFunction, type Language } from '../support/execution.js';
import { declare, PageUser, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';

/** The same function in both languages: `coglex.<call>`, and the class and text of the error if it fails. */
const calling = (language: Language, call: string): string =>
  language === 'python'
    ? `async def main(**p):\n    try:\n        return await coglex.${call}\n    except Exception as error:\n        return [type(error).__name__, getattr(error, "code", None), str(error)]`
    : `async function main(p) { try { return await coglex.${call} } catch (error) { return [error.name, error.code, error.message] } }`;

const OWN = { owner: '$user._id' };

const refused = (code: string, message: RegExp) => [
  'CoglexError',
  code,
  expect.stringMatching(message) as string,
];

describe.each<Language>(['python', 'javascript'])('execution: what %s is granted', (language) => {
  let app: TestApp;
  let server: Server;
  let host: string;
  const requests: IncomingMessage[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request);
      if (request.url === '/away') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      else response.writeHead(201, { 'x-made': 'yes' }).end(JSON.stringify({ path: request.url }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    app = await TestApp.start({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
  });
  afterAll(async () => {
    server?.close();
    await app?.stop();
  });

  let last = 0;
  const result = async (
    call: string,
    grants: object,
    parameters = {},
    more: object = {},
  ): Promise<unknown> => {
    const name = `f${(last += 1)}`;
    const definition = { code: calling(language, call), language, grants, ...more };
    const { status, body } = await (await storeFunction(app.client, name, definition))(parameters);
    expect({ status, error: body.error }).toEqual({ status: 200, error: null });
    return body.result;
  };

  it('is nothing by default', async () => {
    for (const call of [
      'storage.find("orders", {})',
      'files.list()',
      'fetch("http://example.com/")',
      'secrets.get("A")',
      'invoke("f", {})',
    ])
      expect(await result(call, {})).toEqual(refused('forbidden', /not granted/));
  });

  it('is a collection, with some actions', async () => {
    const grants = {
      collections: [{ name: 'orders', actions: ['find', 'insert', 'update', 'aggregate'], as: 'function' }],
    };
    expect(await result('storage.insert("orders", [{"n": 1}, {"n": 2}])', grants)).toMatchObject({
      inserted: 2,
    });
    expect(await result('storage.insert("orders", {"n": 3})', grants)).toMatchObject({ inserted: 1 });
    expect(await result('storage.update("orders", {"n": 3}, {"$set": {"big": 1}})', grants)).toEqual({
      matched: 1,
      modified: 1,
    });
    const page = '{"keys": {"_id": 0, "n": 1}, "sort": {"n": -1}, "limit": 2}';
    expect(await result(`storage.find("orders", {"n": {"$gt": 0}}, ${page})`, grants)).toEqual([
      { n: 3 },
      { n: 2 },
    ]);
    expect(await result('storage.aggregate("orders", [{"$count": "n"}])', grants)).toEqual([{ n: 3 }]);
    expect(await result('storage.delete("orders", {})', grants)).toEqual(
      refused('forbidden', /delete of the collection orders/),
    );
    expect(await result('storage.find("others", {})', grants)).toEqual(refused('forbidden', /others/));
    expect(await result('storage.find("orders", {"$where": "1"})', grants)).toEqual(
      refused('query_refused', /./),
    );
    const join = '[{"$lookup": {"from": "others", "pipeline": [], "as": "x"}}]';
    expect(await result(`storage.aggregate("orders", ${join})`, grants)).toEqual(
      refused('forbidden', /others/),
    );
    const deletes = { collections: [{ name: 'orders', actions: ['delete'], as: 'function' }] };
    expect(await result('storage.delete("orders", {"n": 1})', deletes)).toEqual({ deleted: 1 });
  });

  it('is a collection under the rules of the caller', async () => {
    await declare(app, 'notes', { rules: { list: OWN } });
    const page = await withPublishableKey(app);
    const [ada, bob] = await Promise.all([PageUser.create(app, page), PageUser.create(app, page)]);
    const code = calling(language, 'storage.find("notes", {}, {"keys": {"_id": 0, "owner": 1}})');
    const collections = (as: string) => [{ name: 'notes', actions: ['find'], as }];
    const mine = await storeFunction(app.client, 'mine', {
      code,
      language,
      access: 'user',
      grants: { collections: collections('caller') },
    });
    const all = await storeFunction(app.client, 'all', {
      code,
      language,
      access: 'user',
      grants: { collections: collections('function') },
    });
    for (const { id } of [ada, bob]) await app.client.post('/service/storage/v1/notes', { owner: id });
    expect((await mine({}, ada.client)).body.result).toEqual([{ owner: ada.id }]);
    expect((await mine({}, bob.client)).body.result).toEqual([{ owner: bob.id }]);
    expect((await all({}, bob.client)).body.result).toHaveLength(2);
  });

  it('is a host', async () => {
    const grants = { fetch: [host] };
    const options = '{"method": "POST", "headers": {"X-Sent": "1"}, "body": "text"}';
    const code =
      language === 'python'
        ? `r = await coglex.fetch("http://${host}/a", ${options})\n[r.status, r.ok, r.headers["x-made"], r.json(), r.text()]`
        : `const r = await coglex.fetch("http://${host}/a", ${options}); [r.status, r.ok, r.headers["x-made"], await r.json(), r.text()]`;
    const { body } = await (await storeFunction(app.client, 'fetches', { code, language, grants }))();
    expect(body.result).toEqual([201, true, 'yes', { path: '/a' }, '{"path":"/a"}']);
    expect(requests.at(-1)).toMatchObject({ method: 'POST', headers: { 'x-sent': '1', host } });
    expect(await result(`fetch("http://127.0.0.1:1/")`, grants)).toEqual(
      refused('forbidden', /127\.0\.0\.1:1/),
    );
    expect(await result(`fetch("http://${host}@example.com/")`, grants)).toEqual(
      refused('forbidden', /example\.com/),
    );
    expect(await result('fetch("file:///etc/passwd")', grants)).toEqual(refused('validation_failed', /http/));
    expect(await result('fetch("http://169.254.169.254/")', { fetch: ['169.254.169.254'] })).toEqual(
      refused('unprocessable', /./),
    );
    // A redirect is seen, not followed.
    const away = calling(language, `fetch("http://${host}/away")`).replace('return await', 'r = await');
    const moved = away.replace(
      language === 'python' ? '\n    except' : ' } catch',
      language === 'python' ? '\n        return r.status\n    except' : '; return r.status } catch',
    );
    const seen = await storeFunction(app.client, 'moved', {
      code: moved.replace('{ try { r', '{ let r; try { r'),
      language,
      grants,
    });
    expect((await seen()).body.result).toBe(302);
    expect(requests.at(-1)?.url).toBe('/away');
  });

  it('is a secret, which nobody can read otherwise', async () => {
    const path = `${EXECUTION}/secrets/API_TOKEN`;
    expect((await app.client.send('PUT', path, { value: 'open sesame' })).body).toEqual({
      name: 'API_TOKEN',
    });
    expect(await result('secrets.get("API_TOKEN")', { secrets: ['API_TOKEN'] })).toBe('open sesame');
    expect(await result('secrets.get("API_TOKEN")', { secrets: ['OTHER'] })).toEqual(
      refused('forbidden', /API_TOKEN/),
    );
    expect(await result('secrets.get("SERVER_SECRET")', { secrets: ['SERVER_SECRET'] })).toEqual(
      refused('not_found', /secret/),
    );
    expect((await app.client.get(path)).status).toBe(404);
    expect(JSON.stringify(await app.db.collection('_SECRETS').find().toArray())).not.toContain('sesame');
    expect((await app.client.delete(path)).body).toEqual({ deleted: 1 });
    expect((await app.client.delete(path)).status).toBe(404);
  });

  it('is a function, so deep and no deeper', async () => {
    const call = (code: string) => ({ code, language, grants: { functions: ['inner', 'deep'] } });
    await storeFunction(app.client, 'inner', {
      language,
      code:
        language === 'python'
          ? 'def main(n):\n    if n < 0: raise ValueError("small")\n    return n + 1'
          : 'main = ({ n }) => { if (n < 0) throw new RangeError("small"); return n + 1 }',
    });
    expect(await result('invoke("inner", {"n": 1})', { functions: ['inner'] })).toBe(2);
    expect(await result('invoke("inner", {"n": -1})', { functions: ['inner'] })).toEqual(
      refused('unprocessable', /small/),
    );
    const several =
      language === 'python'
        ? 'import asyncio\nawait asyncio.gather(*[coglex.invoke("inner", {"n": n}) for n in range(5)])'
        : 'await Promise.all([0, 1, 2, 3, 4].map((n) => coglex.invoke("inner", { n })))';
    expect((await (await storeFunction(app.client, 'several', call(several)))()).body.result).toEqual([
      1, 2, 3, 4, 5,
    ]);
    const deep =
      language === 'python'
        ? 'async def main(n=0):\n    return await coglex.invoke("deep", {"n": n + 1})'
        : 'main = async ({ n = 0 }) => coglex.invoke("deep", { n: n + 1 })';
    const { body } = await (await storeFunction(app.client, 'deep', call(deep)))();
    expect(body.error?.message).toMatch(/4 levels deep/);
  });

  it('is files', async () => {
    const grants = { files: { as: 'function' } };
    const content = Buffer.from('hello').toString('base64');
    const put = (await result(`files.put("a.txt", "${content}", {"tag": "x"})`, grants)) as { _id: string };
    expect(put).toMatchObject({ filename: 'a.txt', size: 5, metadata: { tag: 'x' } });
    expect(await result(`files.get("${put._id}")`, grants)).toMatchObject({ filename: 'a.txt', content });
    expect(await result('files.list({"filename": "a.txt"})', grants)).toMatchObject([{ _id: put._id }]);
    expect(await result(`files.delete("${put._id}")`, { files: { actions: ['list'] } })).toEqual(
      refused('forbidden', /delete of files/),
    );
    expect(await result(`files.delete("${put._id}")`, grants)).toEqual({ deleted: 1 });
    expect(await result(`files.get("${put._id}")`, grants)).toEqual(refused('not_found', /file/));
  });

  it('counts against the time of the run', async () => {
    const endless = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => endless.once('listening', resolve));
    const silent = `127.0.0.1:${(endless.address() as AddressInfo).port}`;
    try {
      const code = calling(language, `fetch("http://${silent}/")`);
      const waits = await storeFunction(app.client, 'waits', {
        code,
        language,
        timeout: 300,
        grants: { fetch: [silent] },
      });
      const { body } = await waits();
      expect(body.error?.code ?? (body.result as string[])[1]).toMatch(/^(timeout|unprocessable)$/);
    } finally {
      endless.closeAllConnections();
      endless.close();
    }
  });
});
