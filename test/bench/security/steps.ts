import type { KeyClaims } from '../../../src/platform/security/caller.js';
import { built } from '../built.ts';
import { BENCH_SECRET } from '../processes.ts';

// What the guard does for one request, step by step, in this process: the built product with its real parts.

type Bootstrap = typeof import('../../../src/bootstrap.js');
type LoadConfig = typeof import('../../../src/platform/config/load-config.js');
type Ring = typeof import('../../../src/platform/security/key-ring.service.js');
type Scopes = typeof import('../../../src/platform/security/keys/scopes.js');
type ProjectsModule = typeof import('../../../src/platform/tenancy/projects.service.js');
type Context = typeof import('../../../src/platform/tenancy/project-context.service.js');

const ROUNDS = 5;
const TIMES = 50_000;

/** Mean time of one step, in microseconds; the median of some rounds, after one that warms up. */
export interface Step {
  name: string;
  us: number;
}

/** @param keys texts of keys that the database knows */
export async function measureSteps(uri: string, keys: { project: string; scoped: string }): Promise<Step[]> {
  const { createApp } = await built<Bootstrap>('bootstrap.js');
  const { loadConfig } = await built<LoadConfig>('platform/config/load-config.js');
  const { KeyRing } = await built<Ring>('platform/security/key-ring.service.js');
  const { allows } = await built<Scopes>('platform/security/keys/scopes.js');
  const { Projects } = await built<ProjectsModule>('platform/tenancy/projects.service.js');
  const { ProjectContext } = await built<Context>('platform/tenancy/project-context.service.js');
  const env = { NODE_ENV: 'test', LOG_LEVEL: 'error', SERVER_SECRET: BENCH_SECRET, MONGODB_URI: uri };
  const app = await createApp({ config: loadConfig({ env, dotenv: null }) });
  await app.init();
  try {
    const ring = app.get(KeyRing);
    const projects = app.get(Projects);
    const context = app.get(ProjectContext);
    const [scoped, foreign] = [await ring.find(keys.scoped), await ring.find(keys.project)] as KeyClaims[];
    const invented = `cgx_sk_${'5'.repeat(84)}`;
    const need = { service: 'storage', collection: 'bench', action: 'read' } as const;
    return await context.run('default', async () => [
      { name: 'root key', us: await measure(() => ring.find(BENCH_SECRET)) },
      { name: 'key of the database', us: await measure(() => ring.find(keys.scoped)) },
      { name: 'key that somebody invents', us: await measure(() => ring.find(invented)) },
      { name: 'entering a project', us: await measure(() => projects.enter(foreign.project ?? '')) },
      { name: '10 scopes, the last one fits', us: await measure(() => allows(scoped.scopes, need)) },
    ]);
  } finally {
    await app.close();
  }
}

async function measure(step: () => unknown): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const started = performance.now();
    for (let time = 0; time < TIMES; time += 1) await step();
    rounds.push(((performance.now() - started) * 1000) / TIMES);
  }
  const counted = rounds.slice(1).sort((a, b) => a - b);
  return counted[Math.floor(counted.length / 2)];
}
