import { loadPyodide } from 'pyodide';

/** Pyodide in this process: one interpreter for all runs, and nothing around it. */
export async function barePyodide(code: string): Promise<{ coldMs: number; run: () => void }> {
  const started = performance.now();
  const pyodide = await loadPyodide();
  const run = () => void pyodide.runPython(code);
  run();
  return { coldMs: performance.now() - started, run };
}
