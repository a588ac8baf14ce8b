import { readdirSync } from 'node:fs';
import { ModuleRegistry } from '../../src/platform/modules/module-registry.service.js';
import { TestApp } from '../support/test-app.js';

describe('the registry of modules', () => {
  let app: TestApp;
  let registry: ModuleRegistry;
  beforeAll(async () => {
    app = await TestApp.start();
    registry = app.nest.get(ModuleRegistry);
  });
  afterAll(() => app.stop());

  it('knows every service', () => {
    const services = readdirSync('src/services', { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const missing = services.filter(({ name }) => !registry.get(name.replaceAll('-', '_')));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
