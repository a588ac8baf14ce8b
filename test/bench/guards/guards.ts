import type { ExecutionContext } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { built } from '../built.ts';
import { BENCH_SECRET } from '../processes.ts';

// The limits and both guards for one request, one after the other as a request meets them, in this process: the built
// product with its real parts, without sockets.

type Bootstrap = typeof import('../../../src/bootstrap.js');
type LoadConfig = typeof import('../../../src/platform/config/load-config.js');
type Limits = typeof import('../../../src/platform/limits/request-limits.service.js');
type KeyGuard = typeof import('../../../src/platform/security/api-key.guard.js');
type UserGuard = typeof import('../../../src/platform/security/jwt.guard.js');
type Controller = typeof import('../../../src/services/storage/storage.controller.js');
type Context = typeof import('../../../src/platform/tenancy/project-context.service.js');

const ROUNDS = 5;
const TIMES = 50_000;

/** Who asks. */
export interface Caller {
  name: string;
  key: string;
  token?: string;
}

/** @param settings those that differ from the defaults */
export async function guardsOf(uri: string, settings: Record<string, string>) {
  const { createApp } = await built<Bootstrap>('bootstrap.js');
  const { loadConfig } = await built<LoadConfig>('platform/config/load-config.js');
  const { RequestLimits } = await built<Limits>('platform/limits/request-limits.service.js');
  const { ApiKeyGuard } = await built<KeyGuard>('platform/security/api-key.guard.js');
  const { JwtGuard } = await built<UserGuard>('platform/security/jwt.guard.js');
  const { StorageController } = await built<Controller>('services/storage/storage.controller.js');
  const { ProjectContext } = await built<Context>('platform/tenancy/project-context.service.js');
  const env = { NODE_ENV: 'test', LOG_LEVEL: 'error', SERVER_SECRET: BENCH_SECRET, MONGODB_URI: uri };
  const app = await createApp({ config: loadConfig({ env: { ...env, ...settings }, dotenv: null }) });
  await app.init();
  const limits = app.get(RequestLimits);
  const modules = app.get(ModuleRef);
  const guards = [await modules.create(ApiKeyGuard), await modules.create(JwtGuard)];
  const reply = { raw: { setHeader: () => undefined } } as unknown as FastifyReply;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- only its metadata are read
  const handler = StorageController.prototype.findOne;
  const step = async ({ key, token }: Caller) => {
    const request = {
      method: 'GET',
      headers: { 'x-api-key': key, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      cookies: {},
      params: { collection: 'bench', id: '0' },
      address: '192.0.2.1',
      routeOptions: { url: '/service/storage/v1/:collection/:id' },
    } as unknown as FastifyRequest;
    const context = {
      getHandler: () => handler,
      getClass: () => StorageController,
      switchToHttp: () => ({ getRequest: () => request }),
    } as unknown as ExecutionContext;
    await limits.admit(request, reply);
    for (const guard of guards) await guard.canActivate(context);
  };
  return {
    close: () => app.close(),
    /** Mean time of the processor for one request, in microseconds; the median of some rounds, after one that warms up. */
    measure: (caller: Caller): Promise<number> =>
      app.get(ProjectContext).run('default', async () => {
        const rounds: number[] = [];
        for (let round = 0; round <= ROUNDS; round += 1) {
          // Time of the processor: others on the machine would be measured as well.
          const started = process.cpuUsage();
          for (let time = 0; time < TIMES; time += 1) await step(caller);
          const { user, system } = process.cpuUsage(started);
          rounds.push((user + system) / TIMES);
        }
        return rounds.slice(1).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)];
      }),
  };
}
