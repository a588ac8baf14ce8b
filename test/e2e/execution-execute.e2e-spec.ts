import { EXECUTION, execute, type Language, type Outcome } from '../support/execution.js';
import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

describe('execution: code that comes with the request', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  const run = async (language: Language, code: string, more?: Record<string, unknown>) => {
    const answer = await execute(app.client, language, code, more);
    expect(answer.status).toBe(200);
    return answer.body;
  };

  it.each<[Language, string, unknown]>([
    ['python', '1 + 1', 2],
    ['python', 'x = 1', null],
    ['python', 'import math\nmath.sqrt(16)', 4],
    ['python', 'import asyncio\nawait asyncio.sleep(0.01)\n"later"', 'later'],
    ['python', 'def main(a, b):\n    return a + b', 3],
    ['python', 'async def main(a, b=5):\n    return {"a": a, "b": b}', { a: 1, b: 2 }],
    ['python', 'parameters["a"] + parameters["b"]', 3],
    [
      'python',
      'import datetime\n[datetime.date(2026, 1, 2), {1}, (2,), None, True]',
      ['2026-01-02', [1], [2], null, true],
    ],
    ['python', '"é😀"', 'é😀'],
    ['python', 'import json, re, hashlib, decimal, itertools\nhashlib.sha256(b"a").hexdigest()[:4]', 'ca97'],
    ['javascript', '1 + 1', 2],
    ['javascript', 'const x = 1', null],
    ['javascript', 'await new Promise((resolve) => setTimeout(resolve, 10)); "later"', 'later'],
    ['javascript', 'function main({ a, b }) { return a + b }', 3],
    ['javascript', 'const main = async ({ a }) => ({ a })', { a: 1 }],
    ['javascript', 'parameters.a + parameters.b', 3],
    ['javascript', '[new Date(0), undefined, NaN]', ['1970-01-01T00:00:00.000Z', null, null]],
    ['javascript', 'new Promise((resolve) => resolve("é😀"))', 'é😀'],
    ['typescript', 'interface A { a: number }\nconst main = ({ a }: A): number => a * 2', 2],
    ['typescript', 'export default async function main(p: any) { return p.b as number }', 2],
  ])('%s: %j gives %j', async (language, code, result) => {
    const body = await run(language, code, { parameters: { a: 1, b: 2 } });
    expect(body).toEqual({
      result,
      stdout: '',
      stderr: '',
      duration_ms: expect.any(Number) as number,
      error: null,
    });
  });

  it('runs Python when no language is named', async () => {
    const answer = await app.client.post<Outcome>(`${EXECUTION}/execute`, { code: 'sum(range(4))' });
    expect(answer.body).toMatchObject({ result: 6, error: null });
  });

  it.each<[Language, string]>([
    ['python', 'import sys\nprint("out", 1)\nprint("err", file=sys.stderr)'],
    ['javascript', 'console.log("out", 1); console.error("err")'],
  ])('%s: keeps what is printed', async (language, code) => {
    expect(await run(language, code)).toMatchObject({ stdout: 'out 1\n', stderr: 'err\n' });
  });

  it.each<[Language, string, string, number | null]>([
    ['python', 'x = 1\n1 / 0', 'ZeroDivisionError', 2],
    ['python', 'def f():\n    raise ValueError("no")\nf()', 'ValueError', 2],
    ['python', 'x = (', 'SyntaxError', 1],
    ['python', 'import nowhere', 'ModuleNotFoundError', 1],
    ['python', 'object()', 'TypeError', null],
    ['python', 'float("nan")', 'ValueError', null],
    ['python', 'def main(a):\n    return a', 'TypeError', null],
    ['python', 'import sys\nsys.exit(3)', 'SystemExit', 2],
    ['javascript', 'const x = 1;\nnull.x', 'TypeError', 2],
    ['javascript', 'function f() {\n  throw new RangeError("no")\n}\nf()', 'RangeError', 2],
    ['javascript', 'const x = ;', 'SyntaxError', 1],
    ['javascript', '10n', 'TypeError', null],
    ['javascript', 'throw "text"', 'Error', null],
    ['typescript', 'type A = string;\n\nconst f = (a: A): A => { throw new Error(a) };\nf("no")', 'Error', 3],
    ['typescript', 'let x: = 4', 'SyntaxError', 1],
  ])('%s: %j is an exception', async (language, code, type, line) => {
    const { result, error } = await run(language, code);
    expect(result).toBeNull();
    expect(error).toEqual({ code: 'exception', type, message: expect.any(String) as string, line });
  });

  it.each<[Language, string]>([
    ['python', 'while True: pass'],
    ['python', 'import asyncio\nwhile True: await asyncio.sleep(0)'],
    ['python', 'import asyncio\nawait asyncio.sleep(100)'],
    ['python', 'import time\ntime.sleep(100)'],
    ['javascript', 'for (;;);'],
    ['javascript', 'await new Promise((resolve) => setTimeout(resolve, 100000))'],
  ])('%s: %j meets its timeout, and keeps what it printed', async (language, code) => {
    const print = language === 'python' ? 'print("begun")\n' : 'console.log("begun");';
    const body = await run(language, print + code, { timeout: 200 });
    expect(body).toMatchObject({ result: null, stdout: 'begun\n', error: { code: 'timeout' } });
  });

  it.each<[Language, string]>([
    ['python', 'x = bytearray(64 * 1024 * 1024)'],
    ['javascript', 'new Uint8Array(64 * 1024 * 1024)'],
  ])('%s: %j meets its memory limit', async (language, code) => {
    expect(await run(language, code, { memory: 32 })).toMatchObject({ error: { code: 'memory_exceeded' } });
    expect(await run(language, `${code}\n1`, { memory: 128 })).toMatchObject({ result: 1, error: null });
  });

  it.each<[Language, string]>([
    ['python', 'while True: print("x" * 1000)'],
    ['python', '"x" * 2_000_000'],
    ['javascript', 'for (;;) console.log("x".repeat(1000))'],
    ['javascript', '"x".repeat(2000000)'],
  ])('%s: %j meets the limit of output', async (language, code) => {
    const { stdout, error } = await run(language, code);
    expect(error?.code).toBe('output_exceeded');
    expect(stdout.length).toBeLessThanOrEqual(1024 ** 2);
  });

  it.each([
    [{}, '/code'],
    [{ code: 7 }, '/code'],
    [{ code: '1', language: 'ruby' }, '/language'],
    [{ code: '1', timeout: 0 }, '/timeout'],
    [{ code: '1', timeout: 60_001 }, '/timeout'],
    [{ code: '1', timeout: '5' }, '/timeout'],
    [{ code: '1', memory: 1_000_000 }, '/memory'],
    [{ code: '1', memory: 1.5 }, '/memory'],
    [{ code: '1', parameters: [] }, '/parameters'],
    [{ code: '1', parameters: 'x' }, '/parameters'],
    [{ code: '1', env: {} }, '/env'],
    [{ code: '#'.repeat(256 * 1024 + 1) }, '/code'],
  ])('refuses %.80j', async (body, field) => {
    const answer = await app.client.post<Problem>(`${EXECUTION}/execute`, body);
    expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
    expect(answer.body.errors?.[0].field).toBe(field);
  });

  it('is for secret keys alone', async () => {
    const body = { code: '1' };
    expect((await app.anonymous.post(`${EXECUTION}/execute`, body)).status).toBe(401);
    const user = await TestUser.create(app);
    const withoutKey = user.client.with({ 'x-api-key': undefined });
    expect((await withoutKey.post(`${EXECUTION}/execute`, body)).status).toBe(401);
  });

  it('says in /health which layers of the sandbox hold', async () => {
    const { body } = await app.anonymous.get<{ services: object; details: object }>('/health');
    expect(body.services).toMatchObject({ execution: 'healthy' });
    expect(body.details).toMatchObject({
      execution: {
        sandbox: expect.arrayContaining(['webassembly', 'process', 'node_permissions']) as string[],
      },
    });
  });
});
