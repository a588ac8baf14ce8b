import { declare } from '../support/publishable-key.js';
import { TestApp, type LogLine } from '../support/test-app.js';

const WARNING = 'A rule lets anybody with a key write';

describe('rules that let anybody write', () => {
  const lines: LogLine[] = [];
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { LOG_LEVEL: 'warn' }, onLog: (line) => lines.push(line) });
  });
  afterAll(() => app?.stop());

  const warnings = () => lines.filter(({ msg }) => msg === WARNING);

  it('are warned of when they are declared, and at every start', async () => {
    await declare(app, 'careful', { rules: { list: {}, create: { owner: '$user._id' } } });
    expect(warnings()).toEqual([]);
    await declare(app, 'inbox', { rules: { create: {}, list: {} } });
    expect(warnings()).toMatchObject([{ collection: 'inbox', action: 'create' }]);
    const again = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName, LOG_LEVEL: 'warn' } });
    try {
      for (let tries = 0; warnings().length < 2 && tries < 200; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(warnings()).toHaveLength(2);
    } finally {
      await again.nest.close();
    }
  });
});
