import { getQuickJS } from 'quickjs-emscripten';

/** QuickJS in this process: a context for each run, and nothing around it. */
export async function bareQuickJs(code: string): Promise<{ coldMs: number; run: () => void }> {
  const started = performance.now();
  const quickjs = await getQuickJS();
  const run = () => void quickjs.evalCode(code);
  run();
  return { coldMs: performance.now() - started, run };
}
