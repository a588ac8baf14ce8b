import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/build.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('the README', () => {
  const example = join(ROOT, 'test/support/gateway/notes');

  it.each(readdirSync(example))('shows %s as it is tested', (name) => {
    const source = readFileSync(join(example, name), 'utf8').replaceAll("'../../../../src/", "'../../");
    expect(readme).toContain(`\`\`\`ts\n// ${name}\n${source}\`\`\``);
  });

  it('names no script that is not there', () => {
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
  });
});
