// Runs before the code, inside of the interpreter. `host` is all that there is of the world outside.
(function (host) {
  'use strict';
  const { stringify, parse } = JSON;
  const { apply } = Reflect;
  const NativePromise = Promise;
  const then = NativePromise.prototype.then;
  const { join, map } = Array.prototype;
  const PrivateMap = Map;

  const show = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value.name}: ${value.message}\n${value.stack ?? ''}`;
    if (typeof value === 'object' && value !== null) {
      try {
        return stringify(value);
      } catch {
        return String(value);
      }
    }
    return typeof value === 'symbol' ? value.toString() : String(value);
  };
  const print =
    (stream) =>
    (...values) =>
      host.print(stream, `${apply(join, apply(map, values, [(value) => show(value)]), [' '])}\n`);
  const out = print('stdout');
  const err = print('stderr');
  globalThis.console = { log: out, info: out, debug: out, warn: err, error: err };

  // Nobody is there to share it with.
  delete globalThis.SharedArrayBuffer;

  const timers = new PrivateMap();
  let lastTimer = 0;
  globalThis.setTimeout = (callback, delay, ...args) => {
    if (typeof callback !== 'function') throw new TypeError('setTimeout needs a function');
    const id = (lastTimer += 1);
    timers.set(id, () => callback(...args));
    host.timer(id, Number(delay) || 0);
    return id;
  };
  globalThis.clearTimeout = (id) => {
    if (timers.delete(id)) host.clearTimer(id);
  };
  globalThis.queueMicrotask = (callback) => {
    apply(then, NativePromise.resolve(), [() => callback()]);
  };

  class CoglexError extends Error {
    constructor(code, message) {
      super(message);
      this.name = 'CoglexError';
      this.code = code;
    }
  }
  const calls = new PrivateMap();
  let lastCall = 0;
  const call = (name, ...args) => {
    const text = stringify(args);
    return new NativePromise((resolve, reject) => {
      const id = (lastCall += 1);
      calls.set(id, { resolve, reject });
      host.call(id, name, text);
    });
  };
  const group = (name, ...methods) => {
    const bound = {};
    for (const method of methods) bound[method] = (...args) => call(`${name}.${method}`, ...args);
    return Object.freeze(bound);
  };
  const respond = ({ status, headers, body }) => ({
    status,
    ok: status >= 200 && status < 300,
    headers,
    body,
    text: () => body,
    json: () => parse(body),
  });
  const coglex = Object.freeze({
    storage: group('storage', 'find', 'insert', 'update', 'delete', 'aggregate'),
    files: group('files', 'list', 'get', 'put', 'delete'),
    secrets: group('secrets', 'get'),
    fetch: async (url, options = {}) => respond(await call('fetch', String(url), options)),
    invoke: (name, parameters = {}) => call('invoke', name, parameters),
  });
  // Configurable, so that a script may declare the name anew.
  Object.defineProperty(globalThis, 'coglex', { value: coglex, configurable: true });

  return {
    fire(id) {
      const callback = timers.get(id);
      timers.delete(id);
      callback?.();
    },
    answer(id, value, code, message) {
      const waiting = calls.get(id);
      calls.delete(id);
      if (code === undefined) waiting?.resolve(value === undefined ? undefined : parse(value));
      else waiting?.reject(new CoglexError(code, message));
    },
    async settle(value) {
      const text = stringify(await value);
      return text === undefined ? 'null' : text;
    },
  };
});
