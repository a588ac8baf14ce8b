import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { limitedServices } from '../../src/platform/limits/policies.js';
import '../../src/platform/config/config.js';
import { ROOT } from '../support/build.js';

/** Their names mean something else in settings: `RATE_LIMIT_AUTH` counts failures, `RATE_LIMIT_KEY` keys. */
const WITHOUT = ['auth', 'key'];

const servicesIn = (layer: string) =>
  readdirSync(join(ROOT, 'src', layer), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

describe('limits of services', () => {
  it('can be set for every service, and for nothing else', () => {
    const services = servicesIn('services').filter((name) => !WITHOUT.includes(name));
    expect(
      limitedServices()
        .map((name) => name.toLowerCase())
        .sort(),
    ).toEqual(services.sort());
  });
});
