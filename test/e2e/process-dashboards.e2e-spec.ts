import { readdirSync, readFileSync } from 'node:fs';
import { scrape } from '../support/scrape.js';
import { ServerProcess } from '../support/server-process.js';

const NAME = /\b(?:coglex|nodejs|process)_[a-z0-9_]+/g;

/** Names that stand in queries, without what histograms add to theirs. */
const namesIn = (text: string) =>
  new Set([...text.matchAll(NAME)].map(([name]) => name.replace(/_(?:bucket|count|sum)$/, '')));

const files = [
  ...readdirSync('deploy/grafana/dashboards').map((name) => `deploy/grafana/dashboards/${name}`),
  'deploy/prometheus/rules.yml',
];

describe('dashboards and alarms', () => {
  let known: Set<string>;
  beforeAll(async () => {
    const server = await ServerProcess.start();
    try {
      const { text } = await scrape(server.url);
      known = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    } finally {
      await server.stop();
    }
  });

  it.each(files)('%s asks for nothing that the server does not tell', (file) => {
    const asked = namesIn(readFileSync(file, 'utf8'));
    expect(asked.size).toBeGreaterThan(2);
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });
});
