import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigSources } from '../platform/config/config-sources.js';
import { envExample, replaceConfigurationTable } from '../platform/config/documents.js';
import { settingsTable, shownSettings } from '../platform/config/show-settings.js';
import { runCommand, UsageError } from './command.js';

const USAGE = 'Usage: npm run config [-- write | show [--json]]';

/** Writes `.env.example` and the configuration table of the README from the Config class. */
function write(): string {
  writeFileSync('.env.example', envExample());
  writeFileSync('README.md', replaceConfigurationTable(readFileSync('README.md', 'utf8')));
  return '.env.example README.md';
}

/** Reads the settings as the server does, and tells where each comes from. It shows no secret and writes nothing. */
async function show(asJson: boolean): Promise<string> {
  const sources = await ConfigSources.open({ readOnly: true });
  await sources.close();
  for (const warning of sources.warnings) process.stderr.write(`${warning}\n`);
  const shown = shownSettings(sources.live);
  return asJson ? JSON.stringify(shown, null, 2) : settingsTable(shown);
}

function parse(): { words: string[]; json: boolean } {
  try {
    const options = { json: { type: 'boolean', default: false } } as const;
    const { positionals, values } = parseArgs({ allowPositionals: true, options });
    return { words: positionals, json: values.json };
  } catch {
    throw new UsageError(USAGE);
  }
}

await runCommand(async () => {
  const { words, json } = parse();
  const [word = 'write', ...more] = words;
  if (more.length === 0 && word === 'show') return show(json);
  if (more.length === 0 && word === 'write' && !json) return write();
  throw new UsageError(USAGE);
});
