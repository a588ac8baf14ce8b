import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

/** Resolves as soon as the condition holds; the test's own timeout ends it otherwise. */
describe('jobs', () => {
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    one = await TestApp.start();
    two = await TestApp.start({ env: { MONGODB_DATABASE: one.databaseName } });
  });
  afterAll(async () => {
    await two.stop();
    await one.stop();
  });

  const onBoth = (job: Parameters<Jobs['register']>[0]) => {
    for (const app of [one, two]) app.nest.get(Jobs).register(job);
  };

  it('run on one instance at a time', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    onBoth({
      name: 'alone',
      everyMs: 10,
      run: async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 15));
        running -= 1;
        runs += 1;
      },
    });
    await until(() => runs >= 5);
    expect(most).toBe(1);
  });

  it('run before their time when they are woken', async () => {
    let runs = 0;
    onBoth({ name: 'sleepy', everyMs: 3_600_000, run: async () => void (runs += 1) });
    one.nest.get(Jobs).wake('sleepy');
    await until(() => runs >= 1);
    two.nest.get(Jobs).wake('sleepy');
    await until(() => runs >= 2);
  });

  it('run on every instance when they say so', async () => {
    const seen = new Set<TestApp>();
    for (const app of [one, two])
      app.nest.get(Jobs).register({
        name: 'everywhere',
        everyMs: 10,
        exclusive: false,
        run: async () => void seen.add(app),
      });
    await until(() => seen.size === 2);
  });

  it('are tried again after they have failed', async () => {
    let runs = 0;
    onBoth({
      name: 'clumsy',
      everyMs: 10,
      run: async () => {
        runs += 1;
        throw new Error('not today');
      },
    });
    await until(() => runs >= 3);
  });

  it('have one name each', () => {
    const job = { name: 'twin', everyMs: 3_600_000, run: async () => undefined };
    one.nest.get(Jobs).register(job);
    expect(() => one.nest.get(Jobs).register(job)).toThrow('twin');
  });
});
