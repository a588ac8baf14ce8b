import { Installation, type PartName } from '../chaos/outages/installation.js';
import { Ledger } from '../chaos/outages/ledger.js';
import { Load } from '../chaos/outages/load.js';
import { tryOutage } from '../chaos/outages/trial.js';
import { until } from '../support/until.js';

// A short form of `npm run chaos -- outages`, without its stopwatch.
describe('outages under load', () => {
  let installation: Installation;
  let ledger: Ledger;
  let load: Load;
  beforeAll(async () => {
    installation = await Installation.start(1);
    ledger = new Ledger();
    load = new Load(installation.urls, ledger);
    await load.start();
  }, 60_000);
  afterAll(async () => {
    await load?.stop();
    await installation?.stop();
  }, 60_000);

  it.each<PartName>(['database', 'redis'])(
    'of the %s harm nothing else, and leave nothing behind',
    async (part) => {
      if (!installation.parts.has(part)) return;
      const trial = await tryOutage(installation, load, { part, fault: 'stop', outageMs: 1500 });
      expect(trial.findings.filter((finding) => !finding.includes('took longer'))).toEqual([]);
      expect(trial.wrong).toBe(0);
      if (part === 'database') expect(trial.refused).toBeGreaterThan(0);
      else expect(trial.refused).toBe(0);
    },
    90_000,
  );

  it('lose nothing that was acknowledged', async () => {
    await load.stop();
    expect(ledger.writes).toBeGreaterThan(5);
    await until(() => ledger.undelivered(installation.mail).size === 0);
    expect(await ledger.compare(installation.urls[0], installation.mail)).toEqual([]);
    expect(installation.neverRestarted).toBe(true);
  }, 60_000);
});
