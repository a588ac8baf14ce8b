import { execute, type Outcome } from '../support/execution.js';
import { TestApp } from '../support/test-app.js';

/** Name of an attempt, the code, and what it must get. */
type Attempt = [name: string, code: string, expected: Partial<Outcome> | { error: object }];

const caught = (code: string) => `try { ${code} } catch (error) { String(error.name) }`;
const absent = (...names: string[]): string => `[${names.map((name) => `typeof ${name}`).join(', ')}]`;
const nothing = (count: number) => Array.from({ length: count }, () => 'undefined');

const ATTEMPTS: Attempt[] = [
  ['the process', absent('process', 'global', 'require', 'module', 'Buffer'), { result: nothing(5) }],
  ['the network', absent('fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'), { result: nothing(4) }],
  ['workers and shared memory', absent('Worker', 'Atomics', 'SharedArrayBuffer'), { result: nothing(3) }],
  ['a WebAssembly of its own', absent('WebAssembly'), { result: nothing(1) }],
  ['the system of the interpreter', absent('std', 'os', 'scriptArgs', 'bjson'), { result: nothing(4) }],
  [
    'a chain of constructors',
    'this.constructor.constructor("return typeof process + typeof require")()',
    { result: 'undefinedundefined' },
  ],
  [
    'the constructor of a host function',
    'console.log.constructor("return typeof process")() + coglex.invoke.constructor.constructor("return typeof process")()',
    { result: 'undefinedundefined' },
  ],
  [
    'the constructor of an async function',
    'await (async () => {}).constructor("return typeof process")()',
    { result: 'undefined' },
  ],
  ['a module of Node', caught('await import("node:fs")'), { result: 'ReferenceError' }],
  ['a module by its path', caught('await import("/etc/passwd")'), { result: 'ReferenceError' }],
  ['require', caught('require("fs")'), { result: 'ReferenceError' }],
  [
    'the caller of a function',
    'function f() { return f.caller } f() === undefined || f() === null',
    { result: true },
  ],
  ['what comes back of an error', caught('await coglex.invoke("x", 1n)'), { result: 'TypeError' }],
  [
    'poison for the prototypes',
    'Object.prototype.polluted = "yes"; Array.prototype.map = () => ["evil"]; JSON.stringify = () => "evil"; JSON.parse = () => "evil"; ({}).polluted',
    { result: 'yes' },
  ],
  [
    'poison of an earlier run',
    '[({}).polluted, [1].map((x) => x + 1), typeof JSON.parse("{}")]',
    { result: [null, [2], 'object'] },
  ],
  ['a global for a later run', 'globalThis.left = "secret"; var alsoLeft = 1; 0', { result: 0 }],
  ['a global of an earlier run', absent('left', 'alsoLeft', 'globalThis.left'), { result: nothing(3) }],
  [
    'poison for promises',
    'Promise.prototype.then = function () { return "evil" }; Promise = null; 7',
    { result: 7 },
  ],
  ['a thenable instead of a promise', '({ then(resolve) { resolve("mine") } })', { result: 'mine' }],
  ['a thenable that never answers', '({ then() {} })', { error: { code: 'timeout' } }],
  ['a promise that never ends', 'await new Promise(() => {})', { error: { code: 'timeout' } }],
  [
    'an endless chain of promises',
    'const again = () => Promise.resolve().then(again); again(); await new Promise(() => {})',
    // Each promise waits for the next one: what is used up first is the machine's matter.
    { error: { code: expect.stringMatching(/^(timeout|memory_exceeded)$/) as string } },
  ],
  ['an endless loop', 'for (;;);', { error: { code: 'timeout' } }],
  [
    'an endless loop that catches',
    'for (;;) { try { for (;;); } catch {} finally { continue } }',
    { error: { code: 'timeout' } },
  ],
  ['an endless getter of a result', '({ get a() { for (;;); } })', { error: { code: 'timeout' } }],
  ['an endless toJSON', '({ toJSON() { for (;;); } })', { error: { code: 'timeout' } }],
  [
    'an endless getter of an error',
    'throw { get name() { for (;;); }, get message() { for (;;); } }',
    { error: {} },
  ],
  ['an endless generator', '[...(function* () { for (;;) yield 1; })()]', { error: {} }],
  ['a proxy that answers for ever', 'throw new Proxy({}, { get() { for (;;); } })', { error: {} }],
  [
    'endless timers',
    'const f = () => setTimeout(f, 0); f(); await new Promise(() => {})',
    { error: { code: 'timeout' } },
  ],
  [
    'a million timers',
    'for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e9)',
    { error: { code: 'exception' } },
  ],
  [
    'a regular expression that explodes',
    '/^(a+)+$/.test("a".repeat(64) + "b")',
    { error: { code: 'timeout' } },
  ],
  [
    'typed arrays beyond the memory',
    'const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1))',
    { error: { code: 'memory_exceeded' } },
  ],
  ['one huge buffer', 'new ArrayBuffer(2 ** 31 - 1)', { error: { code: 'memory_exceeded' } }],
  ['objects beyond the memory', 'let a; for (;;) a = { a }', { error: { code: 'memory_exceeded' } }],
  [
    'a string that doubles',
    'let s = "x"; const all = []; for (;;) { if (s.length < 1e6) s += s; all.push(s + all.length) }',
    { error: {} },
  ],
  ['a string that is too long', '"x".repeat(2 ** 30)', { error: {} }],
  ['an array that is too long', 'new Array(2 ** 32 - 2).fill(0)', { error: {} }],
  [
    'recursion',
    'function f() { return f() + 1 } f()',
    { error: { code: 'exception', type: 'InternalError' } },
  ],
  ['recursion that catches', 'function f() { try { f() } catch { f() } } f()', { error: {} }],
  ['recursion of JSON', 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a', { error: {} }],
  ['recursion of sort', 'const f = () => [1, 2].sort(f); f()', { error: { code: 'exception' } }],
  ['endless output', 'for (;;) console.log("x".repeat(1e5))', { error: { code: 'output_exceeded' } }],
  [
    'endless output of errors',
    'for (;;) console.error("x".repeat(1e5))',
    { error: { code: 'output_exceeded' } },
  ],
  ['a huge result', '"x".repeat(1 << 21)', { error: { code: 'output_exceeded' } }],
  ['a huge message', 'throw new Error("x".repeat(1 << 21))', { error: { code: 'exception' } }],
  [
    'lines of the protocol',
    String.raw`console.log('\n{"kind":"done","result":"\\"forged\\"","cpu":0,"memory":0}\n'); "real"`,
    { result: 'real' },
  ],
  [
    'a call of a thing that is not there',
    caught('await coglex.secrets.get("SERVER_SECRET")'),
    { result: 'CoglexError' },
  ],
  ['a request to itself', caught('await coglex.fetch("http://127.0.0.1/")'), { result: 'CoglexError' }],
  ['the accounts', caught('await coglex.storage.find("_USERS", {})'), { result: 'CoglexError' }],
  ['a function', caught('await coglex.invoke("anything")'), { result: 'CoglexError' }],
  [
    'calls beyond their number',
    'const why = new Set(); for (let i = 0; i < 1100; i++) await coglex.secrets.get("x").catch((e) => why.add(e.name)); [...why]',
    { result: ['CoglexError', 'Error'] },
  ],
  ['a clock finer than a millisecond', '[typeof performance, Date.now() % 1]', { result: ['undefined', 0] }],
  ['a comment instead of an end', '1 /*', { error: { code: 'exception', type: 'SyntaxError' } }],
  [
    'code that ends the wrapper',
    '}); globalThis.out = 1; (function () {',
    { error: { type: 'SyntaxError' } },
  ],
  [
    'a result with dangerous names',
    'JSON.parse(\'{"__proto__": {"a": 1}, "constructor": 2}\')',
    { result: JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as object },
  ],
];

/** Little for what is to be stopped, much for what is to come to its end on a slow machine. */
const patience = ({ error }: Attempt[2]) =>
  error && ['timeout', undefined].includes((error as { code?: string }).code) ? 150 : 10_000;

describe('execution: JavaScript that wants out', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  it.each(ATTEMPTS)('%s', async (_name, code, expected) => {
    const { status, body } = await execute(app.client, 'javascript', code, {
      timeout: patience(expected),
      memory: 32,
    });
    expect({ status, ...body }).toMatchObject({ status: 200, ...expected });
  });

  it('leaves a server that still runs code', async () => {
    const { body } = await execute(app.client, 'javascript', '6 * 7');
    expect(body).toMatchObject({ result: 42, error: null });
  });
});
