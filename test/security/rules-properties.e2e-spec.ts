import fc from 'fast-check';
import { declare, PageUser, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import {
  FIELDS,
  mayRead,
  pipeline,
  query,
  rule,
  value,
  type Tagged,
  type Values,
} from '../support/random-rules.js';
import type { ApiClient } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';

const TAGGED = `${STORAGE}/tagged`;
const DOCUMENTS = 40;

/** Ends the search for counterexamples, and not the test. */
const TIME_MS = 10_000;

describe('whatever the rule and whatever is asked', () => {
  let app: TestApp;
  let callers: { client: ApiClient; values: Values }[];
  let documents: Tagged[];

  beforeAll(async () => {
    app = await TestApp.start();
    const page = await withPublishableKey(app);
    const user = await PageUser.create(app, page, { team: 'you' });
    const values = { '$user._id': user.id, '$user._key': user.key, '$user.team': 'you' };
    callers = [
      { client: user.client, values },
      { client: page, values: {} },
    ];
    // The caller's own id is among the values, alone and in lists.
    const own = (stored: unknown): unknown =>
      Array.isArray(stored)
        ? stored.map((member: unknown) => own(member))
        : stored === 'me'
          ? user.id
          : stored;
    documents = fc
      .sample(fc.array(value, { minLength: FIELDS.length, maxLength: FIELDS.length }), {
        numRuns: DOCUMENTS,
        seed: 7,
      })
      .map((fields, n): Tagged => ({
        _id: `d${n}`,
        tag: `<tag ${n}>`,
        secret: `<secret ${n}>`,
        ...Object.fromEntries<unknown>(
          FIELDS.map((name, at): [string, unknown] => [name, own(fields[at])]).filter(
            ([, stored]) => stored !== undefined,
          ),
        ),
      }));
    await app.client.post(TAGGED, documents);
  });
  afterAll(() => app?.stop());

  const tagsIn = (body: unknown) => new Set(JSON.stringify(body).match(/<tag \d+>/g) ?? []);

  it('nobody gets a document that a naive reader of the rule refuses', async () => {
    const asked = fc.record({
      source: rule,
      who: fc.constantFrom(0, 1),
      queries: fc.array(query, { minLength: 2, maxLength: 2 }),
      pipelines: fc.array(pipeline, { minLength: 3, maxLength: 3 }),
    });
    let answered = 0;
    let shown = 0;
    await fc.assert(
      fc.asyncProperty(asked, async ({ source, who, queries, pipelines }) => {
        const { client, values } = callers[who];
        await declare(app, 'tagged', { rules: { list: source, aggregate: source }, hidden: ['secret'] });
        const allowed = new Set(
          documents.filter((document) => mayRead(source, document, values)).map(({ tag }) => tag),
        );
        expect(tagsIn((await client.get(TAGGED)).body)).toEqual(allowed);
        const answers = await Promise.all([
          ...queries.map((one) => client.get(TAGGED, { query: one })),
          ...pipelines.map((one) => client.post(`${TAGGED}/aggregate`, { pipeline: one })),
        ]);
        for (const { status, body } of answers) {
          expect([200, 400, 422]).toContain(status);
          expect([...tagsIn(body)].filter((tag) => !allowed.has(tag))).toEqual([]);
          expect(JSON.stringify(body)).not.toContain('<secret');
          if (status === 200) answered += 1;
          shown += tagsIn(body).size;
        }
      }),
      { numRuns: 150, interruptAfterTimeLimit: TIME_MS },
    );
    // A search in which everything is refused would find nothing.
    expect(answered).toBeGreaterThan(10);
    expect(shown).toBeGreaterThan(10);
  }, 60_000);
});
