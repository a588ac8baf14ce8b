import type { ModuleDefinition, ModuleState } from './module-definition.js';

/** From the best to the worst, for what a module needs. */
const RANKS: readonly ModuleState[] = ['healthy', 'degraded', 'not_configured', 'unhealthy'];

const worse = (one: ModuleState, other: ModuleState): ModuleState =>
  RANKS.indexOf(other) > RANKS.indexOf(one) ? other : one;

/**
 * The state of a module: its own, made worse by that of what it stands on.
 *
 * @param own what its probe found
 * @param states of everything that it stands on
 */
export function deriveState(
  { needs = [], uses = [] }: ModuleDefinition,
  own: ModuleState,
  states: ReadonlyMap<string, ModuleState>,
): ModuleState {
  // What is not configured does nothing, whatever the others do.
  if (own === 'not_configured') return own;
  const stateOf = (key: string) => states.get(key) ?? 'unhealthy';
  const needed = needs.map(stateOf).reduce(worse, own);
  const suffers = uses.map(stateOf).some((state) => state === 'degraded' || state === 'unhealthy');
  return suffers ? worse(needed, 'degraded') : needed;
}
