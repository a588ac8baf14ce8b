import { parse } from 'dotenv';
import { envExample, readmeTable, replaceConfigurationTable } from './documents.js';
import { loadConfig } from './load-config.js';
import { settings } from './setting.decorator.js';

const names = [...settings().keys()];

describe('the documents of the settings', () => {
  it('lists every setting, commented out, in .env.example', () => {
    expect(parse(envExample())).toEqual({});
    const uncommented = envExample().replaceAll(/^#(?=[A-Z\d_]+=)/gm, '');
    expect(Object.keys(parse(uncommented))).toEqual(names);
  });

  it('shows defaults that the server understands', () => {
    const uncommented = parse(envExample().replaceAll(/^#(?=[A-Z\d_]+=)/gm, ''));
    const env = { ...uncommented, SERVER_SECRET: 's'.repeat(32) };
    const secret = { SERVER_SECRET: 's'.repeat(32) };
    expect({ ...loadConfig({ env, dotenv: null }) }).toEqual({
      ...loadConfig({ env: secret, dotenv: null }),
    });
  });

  it('has a row of three cells for every setting', () => {
    const rows = readmeTable().split('\n').slice(-names.length);
    expect(rows.map((row) => /^\| `(\w+)` \|/.exec(row)?.[1])).toEqual(names);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(5);
  });

  it('never shows a secret', () => {
    for (const [name, info] of settings())
      if (info.secret) expect(envExample()).toMatch(new RegExp(`^#${name}=$`, 'm'));
  });

  it('replaces the table between the markers, whatever is there, and only that', () => {
    const readme = (table: string) =>
      `before\n<!-- configuration -->\n${table}<!-- /configuration -->\nafter $1\n`;
    const once = replaceConfigurationTable(readme(''));
    expect(once).toContain(readmeTable());
    expect(once).toMatch(/^before\n[^]*\nafter \$1\n$/);
    expect(replaceConfigurationTable(once)).toBe(once);
    expect(replaceConfigurationTable(readme('an old table\n'))).toBe(once);
  });

  it('says so when there are no markers', () => {
    expect(() => replaceConfigurationTable('nothing here')).toThrow('configuration');
  });
});
