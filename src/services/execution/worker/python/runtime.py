"""What runs in the interpreter before any code does: the driver of a run, and the `coglex` module.

JavaScript calls `begin`, `step` and `deliver` with text and gets text back. Python holds no JavaScript object.
"""

import ast
import asyncio
import builtins
import datetime
import decimal
import heapq
import inspect
import json
import linecache
import random
import sys
import traceback
import types

FILE_NAME = "code.py"


class CoglexError(Exception):
    """The server has refused a call of the coglex module."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class _NoSelector:
    """There is nothing to wait for within Python: JavaScript comes back when something has happened."""

    def select(self, timeout):
        return []

    def close(self):
        pass


class _Loop(asyncio.BaseEventLoop):
    """An event loop that is driven from outside, one turn at a time."""

    def __init__(self):
        super().__init__()
        self._selector = _NoSelector()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass

    def turn(self):
        """Runs what is ready; returns the seconds until there is more, or None."""
        asyncio._set_running_loop(self)
        try:
            self._run_once()
        finally:
            asyncio._set_running_loop(None)
        if self._ready:
            return 0
        while self._scheduled and self._scheduled[0]._cancelled:
            handle = heapq.heappop(self._scheduled)
            handle._scheduled = False
        return max(self._scheduled[0]._when - self.time(), 0) if self._scheduled else None


class _State:
    loop = None
    task = None
    calls = {}
    asked = []
    left = 0
    last = 0


def _call(name, *args):
    text = json.dumps(args, default=_plain, allow_nan=False)
    if _State.left <= 0:
        raise RuntimeError("The code calls the coglex module too often")
    _State.left -= 1
    _State.last += 1
    future = asyncio.get_running_loop().create_future()
    _State.calls[_State.last] = future
    _State.asked.append({"call": _State.last, "name": name, "args": text})
    return future


def _plain(value):
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


class _Response:
    """The answer to a request."""

    def __init__(self, status, headers, body):
        self.status = status
        self.ok = 200 <= status < 300
        self.headers = headers
        self.body = body

    def text(self):
        return self.body

    def json(self):
        return json.loads(self.body)


async def _fetch(url, options=None, **more):
    return _Response(**await _call("fetch", str(url), {**(options or {}), **more}))


async def _invoke(name, parameters=None, **more):
    return await _call("invoke", name, {**(parameters or {}), **more})


def _group(name, *methods):
    def bind(method):
        async def ask(*args):
            return await _call(f"{name}.{method}", *args)

        ask.__name__ = method
        return ask

    return types.SimpleNamespace(**{method: bind(method) for method in methods})


def _module():
    module = types.ModuleType("coglex", "What the server gives to this function.")
    module.storage = _group("storage", "find", "insert", "update", "delete", "aggregate")
    module.files = _group("files", "list", "get", "put", "delete")
    module.secrets = _group("secrets", "get")
    module.fetch = _fetch
    module.invoke = _invoke
    module.CoglexError = CoglexError
    return module


def _failure(error):
    if isinstance(error, MemoryError):
        return {"code": "memory_exceeded", "type": "MemoryError", "message": str(error), "line": None}
    if isinstance(error, SyntaxError) and error.filename == FILE_NAME:
        return _exception(error, error.msg, error.lineno)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE_NAME]
    try:
        message = str(error)
    except BaseException:
        message = ""
    return _exception(error, message, lines[-1] if lines else None)


def _exception(error, message, line):
    return {"code": "exception", "type": type(error).__name__, "message": message, "line": line}


async def _value(code, scope):
    """Runs the code; the value is that of its last statement, when that is an expression."""
    tree = ast.parse(code, FILE_NAME, "exec")
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    result = None
    for part, mode in ((tree, "exec"), (last, "eval")):
        if part is None:
            continue
        result = eval(compile(part, FILE_NAME, mode, flags=flags, dont_inherit=True), scope)
        if inspect.iscoroutine(result):
            result = await result
    return result


async def _run(code, parameters):
    scope = {
        "__name__": "__main__",
        "__builtins__": builtins,
        "parameters": parameters,
        "coglex": sys.modules["coglex"],
    }
    linecache.cache[FILE_NAME] = (len(code), None, code.splitlines(True), FILE_NAME)
    result = await _value(code, scope)
    main = scope.get("main")
    if callable(main):
        result = main(**parameters)
    while inspect.isawaitable(result):
        result = await result
    return json.dumps(result, default=_plain, allow_nan=False)


def begin(request):
    request = json.loads(request)
    random.seed()
    _State.left = request["calls"]
    _State.loop = _Loop()
    _State.task = _State.loop.create_task(_run(request["code"], request["parameters"]))
    return step()


def step():
    """Goes on for one turn: what is wanted, when to come back, and how the run has ended if it has."""
    try:
        delay = _State.loop.turn()
    except BaseException as error:  # SystemExit and KeyboardInterrupt leave the loop.
        return json.dumps({"asked": [], "delay": None, "error": _failure(error)})
    asked, _State.asked = _State.asked, []
    state = {"asked": asked, "delay": delay}
    if _State.task.done():
        error = _State.task.exception() if not _State.task.cancelled() else asyncio.CancelledError()
        state.update({"error": _failure(error)} if error else {"result": _State.task.result()})
        sys.stdout.flush()
        sys.stderr.flush()
    return json.dumps(state)


def deliver(answer):
    answer = json.loads(answer)
    future = _State.calls.pop(answer["call"], None)
    if future is None or future.done():
        return
    if "error" in answer:
        future.set_exception(CoglexError(answer["error"]["code"], answer["error"]["message"]))
    else:
        future.set_result(json.loads(answer["value"]) if "value" in answer else None)


def _seal():
    """Takes away what leads out of the interpreter. The walls are elsewhere; this is the fence before them."""
    closed = {"js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "ctypes", "_ctypes"}

    def refuse(event, args):
        if event.startswith("ctypes.") or event in ("gc.get_objects", "gc.get_referrers", "gc.get_referents"):
            raise PermissionError(f"{event} is not available here")
        if event == "import" and args[0].partition(".")[0] in closed:
            raise ModuleNotFoundError(f"{args[0]} is not available here", name=args[0])
        if event == "object.__setattr__" and args[0] is refuse:
            raise PermissionError("Not available here")

    class Fence:
        """Stands before the finders, for not every way to import is audited."""

        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.partition(".")[0] in closed:
                raise ModuleNotFoundError(f"{name} is not available here", name=name)

    sys.meta_path[:] = [Fence] + [finder for finder in sys.meta_path if "yodide" not in type(finder).__module__]
    for name in [name for name in sys.modules if name.partition(".")[0] in closed]:
        del sys.modules[name]
    asyncio.set_event_loop_policy(None) if hasattr(asyncio, "set_event_loop_policy") else None
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through=True, errors="backslashreplace")
    sys.modules["coglex"] = _module()
    sys.addaudithook(refuse)
