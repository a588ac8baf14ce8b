import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../support/api-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';

const CONVERSE = `${GENERATION}/converse`;

describe('generation while the database is away', () => {
  let proxy: DatabaseProxy;
  let api: GenerationApp;
  beforeAll(async () => {
    proxy = await DatabaseProxy.start();
    api = await GenerationApp.start({ env: { MONGODB_URI: proxy.uri } });
  });
  afterAll(async () => {
    await api?.stop();
    await proxy?.stop();
  });

  it('asks no provider, for nobody could account for it', async () => {
    while ((await api.app.client.post(CONVERSE, ask('x'))).status !== 200) await sleep(50);
    api.forget();
    proxy.cut();
    const answer = await api.app.client.post<Problem>(CONVERSE, ask('x'));
    expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    expect(api.gemini.requests).toHaveLength(0);
    proxy.restore();
  });

  it('does not answer before the usage is stored, and stores it once the database is back', async () => {
    while ((await api.app.client.post(CONVERSE, ask('x'))).status !== 200) await sleep(50);
    const rows = api.app.db.collection('_USAGE');
    const before = await rows.countDocuments();
    api.gemini.next(async (request, response) => {
      proxy.cut();
      await gemini.say('a b c')(request, response);
    });
    const answer = await api.app.client.post<Problem>(CONVERSE, ask('one two'));
    expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    proxy.restore();
    while ((await rows.countDocuments()) === before) await sleep(100);
    expect(await rows.find().sort({ _inserted: -1 }).limit(1).toArray()).toMatchObject([
      { state: 'done', in: 2, out: 3 },
    ]);
  });
});
