import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { envExample, replaceConfigurationTable } from '../../src/platform/config/documents.js';
import { ROOT } from '../support/build.js';

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

describe('the documents of the settings, which `npm run config` writes', () => {
  it('.env.example', () => {
    expect(read('.env.example')).toBe(envExample());
  });

  it('the table in README.md', () => {
    const readme = read('README.md');
    expect(readme).toBe(replaceConfigurationTable(readme));
  });
});
