import { deriveState } from './derive-state.js';
import type { ModuleState } from './module-definition.js';

const derive = (own: ModuleState, needed: ModuleState, used: ModuleState) =>
  deriveState(
    { key: 'it', title: 'It', needs: ['needed'], uses: ['used'] },
    own,
    new Map([
      ['needed', needed],
      ['used', used],
    ]),
  );

describe('deriveState', () => {
  it.each<[ModuleState, ModuleState, ModuleState, ModuleState]>([
    ['healthy', 'healthy', 'healthy', 'healthy'],
    // Without what it needs a module is nothing …
    ['healthy', 'unhealthy', 'healthy', 'unhealthy'],
    ['healthy', 'degraded', 'healthy', 'degraded'],
    ['healthy', 'not_configured', 'healthy', 'not_configured'],
    // … and it goes on without what it uses.
    ['healthy', 'healthy', 'unhealthy', 'degraded'],
    ['healthy', 'healthy', 'degraded', 'degraded'],
    ['healthy', 'healthy', 'not_configured', 'healthy'],
    ['healthy', 'unhealthy', 'unhealthy', 'unhealthy'],
    ['degraded', 'healthy', 'healthy', 'degraded'],
    ['unhealthy', 'degraded', 'healthy', 'unhealthy'],
    ['not_configured', 'unhealthy', 'unhealthy', 'not_configured'],
  ])('of one that is %s, needs one that is %s and uses one that is %s: %s', (own, needed, used, expected) => {
    expect(derive(own, needed, used)).toBe(expected);
  });
});
