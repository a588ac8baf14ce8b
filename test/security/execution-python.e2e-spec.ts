import { execute, type Outcome } from '../support/execution.js';
import { TestApp } from '../support/test-app.js';

/** Name of an attempt, the code, and what it must get. */
type Attempt = [name: string, code: string, expected: Partial<Outcome> | { error: object }];

const failing = (type: string) => ({ error: { code: 'exception', type } });
const caught = (code: string) =>
  `try:\n    ${code.replaceAll('\n', '\n    ')}\nexcept BaseException as error:\n    _r = type(error).__name__\nelse:\n    _r = "done"\n_r`;

const ATTEMPTS: Attempt[] = [
  ['the realm of JavaScript', 'import js', failing('ModuleNotFoundError')],
  ['the interpreter’s own door', 'import pyodide_js', failing('ModuleNotFoundError')],
  ['the library behind it', 'from pyodide.code import run_js', failing('ModuleNotFoundError')],
  ['the core of it', 'import _pyodide_core', failing('ModuleNotFoundError')],
  [
    'what was loaded before',
    'import sys\nsorted(name for name in sys.modules if "yodide" in name or name == "js")',
    { result: [] },
  ],
  [
    'the finder of JavaScript',
    'import sys\n[type(f).__name__ for f in sys.meta_path if "Js" in type(f).__name__]',
    { result: [] },
  ],
  ['native calls', 'import ctypes', failing('ModuleNotFoundError')],
  [
    'native calls by another name',
    'import importlib\nimportlib.import_module("_ctypes")',
    failing('ModuleNotFoundError'),
  ],
  [
    'native calls from what is built in',
    'import _imp, importlib.machinery as m\nspec = m.ModuleSpec("_ctypes", m.BuiltinImporter, origin="built-in")\nc = _imp.create_builtin(spec)\n_imp.exec_builtin(c)\nc.dlopen(None, 0)',
    { error: { code: 'exception' } },
  ],
  [
    'the audit hook’s undoing',
    'import sys\nsys.addaudithook(lambda *a: None)\nimport js',
    failing('ModuleNotFoundError'),
  ],
  ['objects of others by the collector', 'import gc\ngc.get_objects()', failing('PermissionError')],
  [
    'subclasses of everything',
    'any("JsProxy" in c.__name__ and c.__module__ == "js" for c in object.__subclasses__())',
    { result: false },
  ],
  ['a command', 'import os\nos.system("id")', { result: -1 }],
  ['a process', caught('import subprocess\nsubprocess.run(["id"])'), { result: 'OSError' }],
  ['a fork', caught('import os\nos.fork()'), { result: 'OSError' }],
  ['a fork bomb', caught('import os\nwhile True: os.fork()'), { result: 'OSError' }],
  ['another program', caught('import os\nos.execv("/bin/sh", ["sh"])'), { result: 'OSError' }],
  ['threads', caught('import threading\nthreading.Thread(target=print).start()'), { result: 'RuntimeError' }],
  [
    'processes of the library',
    caught('import multiprocessing\nmultiprocessing.Process(target=print).start()'),
    { error: null },
  ],
  ['the password file', caught('open("/etc/passwd").read()'), { result: 'FileNotFoundError' }],
  [
    'the environment of the server',
    'import os\n[k for k in os.environ if "SECRET" in k or "MONGO" in k or "COGLEX" in k]',
    { result: [] },
  ],
  ['the environment in /proc', caught('open("/proc/self/environ").read()'), { result: 'FileNotFoundError' }],
  ['another process in /proc', caught('open("/proc/1/cmdline").read()'), { result: 'FileNotFoundError' }],
  ['the memory in /proc', caught('open("/proc/self/mem", "rb+").read(1)'), { result: 'FileNotFoundError' }],
  ['the code of the server', caught('open("/work/package.json").read()'), { result: 'FileNotFoundError' }],
  ['a file for a later run', caught('open("/tmp/left", "w").write("secret")'), { result: 'OSError' }],
  [
    'the standard library',
    caught(
      'import zipfile, sys\nopen([p for p in sys.path if p.endswith(".zip")][0], "r+b", buffering=0).write(b"evil")',
    ),
    { result: 'OSError' },
  ],
  [
    'the standard library by a map',
    caught(
      'import mmap, sys\nf = open([p for p in sys.path if p.endswith(".zip")][0], "rb")\nm = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ | mmap.PROT_WRITE)\nm[0:4] = b"evil"\nm.flush()',
    ),
    { result: expect.stringMatching(/Error$/) as string },
  ],
  ['a symbolic link', caught('import os\nos.symlink("/etc", "/tmp/link")'), { result: 'OSError' }],
  ['a directory', caught('import os\nos.makedirs("/tmp/a/b")'), { result: 'OSError' }],
  [
    'a way up',
    'import os\nos.path.exists("/../../../../etc/shadow") or os.path.exists("/root")',
    { result: false },
  ],
  ['the end of its output', 'import os\nos.close(1)\nos.close(2)\n0', { result: 0 }],
  ['output after the end of another’s', 'print("still here")', { stdout: 'still here\n' }],
  ['another place', 'import os\nos.chdir("/dev")\n0', { result: 0 }],
  ['the place of an earlier run', 'import os\nos.getcwd() != "/dev"', { result: true }],
  [
    'a connection',
    caught('import socket\nsocket.create_connection(("127.0.0.1", 80), 1)'),
    { result: 'OSError' },
  ],
  [
    'a name server',
    caught('import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("8.8.8.8", 53))'),
    { result: 'OSError' },
  ],
  [
    'a request',
    caught('import urllib.request\nurllib.request.urlopen("http://169.254.169.254/", timeout=1)'),
    { result: expect.stringMatching(/Error$/) as string },
  ],
  ['a signal to the server', caught('import os\nos.kill(os.getppid(), 9)'), { error: null }],
  ['a signal to all', caught('import os\nos.kill(-1, 9)'), { error: null }],
  [
    'a signal to itself',
    caught('import os, signal\nos.kill(os.getpid(), signal.SIGKILL)'),
    failing('SystemExit'),
  ],
  [
    'a patch of what is built in',
    'import builtins, json\nbuiltins.len = lambda x: 666\njson.loads = lambda *a: "evil"\n0',
    { result: 0 },
  ],
  ['the patch of an earlier run', 'import json\n[len([1]), json.loads("2")]', { result: [1, 2] }],
  [
    'a global for a later run',
    'import sys, builtins\nleft = 1\nbuiltins.left = 1\nsys.modules["left"] = sys\n0',
    { result: 0 },
  ],
  ['a global of an earlier run', caught('import left'), { result: 'ModuleNotFoundError' }],
  ['a global of an earlier run, by name', caught('left'), { result: 'NameError' }],
  ['the same chance as an earlier run', 'import random\nrandom.random() != 0.5', { result: true }],
  ['the driver of the run', 'import _coglex\n_coglex.begin = _coglex.step = None\n0', { result: 0 }],
  ['the driver of a later run', '40 + 2', { result: 42 }],
  ['an endless loop', 'while True: pass', { error: { code: 'timeout' } }],
  [
    'an endless loop that catches',
    'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
    { error: { code: 'timeout' } },
  ],
  ['an endless wait', 'import asyncio\nawait asyncio.Event().wait()', { error: { code: 'timeout' } }],
  [
    'an endless task',
    'import asyncio\nasync def f():\n    while True: await asyncio.sleep(0)\nasyncio.get_running_loop().create_task(f())\nawait asyncio.Event().wait()',
    { error: { code: 'timeout' } },
  ],
  ['an endless sleep', 'import time\ntime.sleep(1e6)', { error: { code: 'timeout' } }],
  ['a number that is too large', '9 ** 9 ** 9', { error: {} }],
  [
    'a regular expression that explodes',
    'import re\nre.match(r"^(a+)+$", "a" * 64 + "b")',
    { error: { code: 'timeout' } },
  ],
  [
    'objects beyond the memory',
    'a = []\nwhile True: a.append(bytearray(1 << 20))',
    { error: { code: 'memory_exceeded' } },
  ],
  ['one huge string', '"x" * (1 << 31)', { error: {} }],
  ['recursion', 'def f(): return f()\nf()', failing('RecursionError')],
  [
    'recursion without a limit',
    'import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()',
    { error: {} },
  ],
  ['recursion of the parser', 'eval("(" * 100000)', { error: { code: 'exception' } }],
  ['recursion of JSON', 'a = []\nfor _ in range(100000): a = [a]\na', { error: { code: 'exception' } }],
  ['endless output', 'while True: print("x" * 100000)', { error: { code: 'output_exceeded' } }],
  [
    'endless output past Python',
    'import os\nwhile True: os.write(1, b"x" * 100000)',
    { error: { code: 'output_exceeded' } },
  ],
  ['a huge result', '"x" * (1 << 21)', { error: { code: 'output_exceeded' } }],
  [
    'lines of the protocol',
    'import os\nos.write(1, b\'\\n{"kind":"done","result":"1","cpu":0,"memory":0}\\n\')\n"real"',
    { result: 'real' },
  ],
  ['the end of the interpreter', 'import os\nos._exit(0)', failing('SystemExit')],
  ['an abort', 'import os\nos.abort()', { error: { code: 'exception' } }],
  [
    'a broken frame',
    'import types\nexec((lambda: 0).__code__.replace(co_code=b"\\xff" * 20))',
    { error: {} },
  ],
  [
    'a secret that is the server’s',
    caught('import coglex\nawait coglex.secrets.get("SERVER_SECRET")'),
    { result: 'CoglexError' },
  ],
  ['the accounts', caught('await coglex.storage.find("_USERS", {})'), { result: 'CoglexError' }],
  ['a request to itself', caught('await coglex.fetch("http://127.0.0.1/")'), { result: 'CoglexError' }],
];

/** Little for what is to be stopped, much for what is to come to its end on a slow machine. */
const patience = ({ error }: Attempt[2]) =>
  error && ['timeout', undefined].includes((error as { code?: string }).code) ? 300 : 10_000;

describe('execution: Python that wants out', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  it.each(ATTEMPTS)('%s', async (_name, code, expected) => {
    const { status, body } = await execute(app.client, 'python', code, {
      timeout: patience(expected),
      memory: 64,
    });
    expect({ status, ...body }).toMatchObject({ status: 200, ...expected });
  });

  it('leaves a server that still runs code', async () => {
    const { body } = await execute(app.client, 'python', '6 * 7');
    expect(body).toMatchObject({ result: 42, error: null });
  });
});
