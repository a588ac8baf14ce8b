import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainConfig } from '../../src/platform/config/plain-config.js';
import { FilesSource } from '../../src/platform/config/sources/files.source.js';
import {
  SOURCES,
  type SettingSource,
  type SourceName,
} from '../../src/platform/config/sources/setting-source.js';
import { dotenvSource, VariablesSource } from '../../src/platform/config/sources/variables.source.js';
import { VaultSource } from '../../src/platform/config/sources/vault/vault.source.js';
import { VaultServer } from '../support/vault/vault-server.js';

/** Makes a source that has the given settings. */
type Make = (has: Record<string, string>) => Promise<SettingSource>;

/** What every source of settings must do, whatever stands behind it. */
describe.each(SOURCES)('a source of settings: %s', (kind) => {
  let directory: string;
  let vault: VaultServer;
  const opened: VaultSource[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-conformance-'));
    vault = await VaultServer.start();
  });
  afterAll(async () => {
    for (const source of opened) await source.close();
    await vault.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const makers: Record<SourceName, Make> = {
    file: async (has) => {
      for (const [name, value] of Object.entries(has)) await writeFile(join(directory, name), value);
      return new FilesSource((name) => {
        const setting = name.replace(/_FILE$/, '');
        return Object.hasOwn(has, setting) ? join(directory, setting) : undefined;
      });
    },
    vault: (has) => {
      vault.put(has);
      const config = plainConfig(
        new Map([
          ['VAULT_ADDR', { value: vault.url }],
          ['VAULT_TOKEN', { value: vault.state.createToken().text }],
        ]),
      );
      const source = new VaultSource(config, { readOnly: true });
      opened.push(source);
      return Promise.resolve(source);
    },
    environment: (has) => Promise.resolve(new VariablesSource('environment', has, 'the environment')),
    dotenv: async (has) => {
      const path = join(directory, '.env');
      await writeFile(
        path,
        Object.entries(has)
          .map(([name, value]) => `${name}="${value}"\n`)
          .join(''),
      );
      return dotenvSource(path);
    },
  };
  const readingOf = async (has: Record<string, string>) => (await makers[kind](has)).read();

  it('says what it is', async () => {
    expect((await makers[kind]({})).name).toBe(kind);
  });

  it('has what it has, as text, and says where', async () => {
    const { values, problems } = await readingOf({
      SMTP_USER: 'ada',
      SMTP_PORT: '25',
      OAUTH_PROVIDERS: '[]',
    });
    expect([...values].map(([name, { value }]) => [name, value]).sort()).toEqual([
      ['OAUTH_PROVIDERS', '[]'],
      ['SMTP_PORT', '25'],
      ['SMTP_USER', 'ada'],
    ]);
    for (const { from } of values.values()) expect(from).toMatch(/\w/);
    expect(problems).toEqual([]);
  });

  it('has nothing where nothing is', async () => {
    expect(await readingOf({})).toEqual({ values: new Map(), problems: [], warnings: [] });
  });

  it('does not check values, and knows no names but those of settings', async () => {
    const { values } = await readingOf({ SERVER_PORT: 'not a port', NOT_A_SETTING: 'x', constructor: 'y' });
    expect([...values.keys()]).toEqual(['SERVER_PORT']);
  });

  it('takes nothing empty for a value', async () => {
    const { values } = await readingOf({ SMTP_USER: '' });
    expect(values.size).toBe(0);
  });

  it('keeps every character that is not space at an end', async () => {
    const word = 'ä=:#%$ {}~ 🙂';
    const { values } = await readingOf({ SMTP_PASSWORD: word });
    expect(values.get('SMTP_PASSWORD')?.value).toBe(word);
  });

  it('shows no value where it says from where, what is wrong, or what is worth to know', async () => {
    const { values, problems, warnings } = await readingOf({
      SMTP_PASSWORD: 'Q7mZ',
      NOT_ONE: 'Q7mZ',
      SMTP_USER: '',
    });
    const shown = [[...values.values()].map(({ from }) => from), problems, warnings];
    expect(JSON.stringify(shown)).not.toContain('Q7mZ');
  });

  it('answers the same again while nothing changes', async () => {
    const source = await makers[kind]({ SMTP_USER: 'ada' });
    expect(await source.read()).toEqual(await source.read());
  });
});
