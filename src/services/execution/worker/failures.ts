import type { RunError } from './protocol.js';

const LONGEST = 4000;

/** An exception of the code. */
export const exception = (type: string, message: string, line: number | null = null): RunError => ({
  code: 'exception',
  type: type.slice(0, 200),
  message: message.slice(0, LONGEST),
  line,
});

export const timedOut = (timeout: number): RunError => ({
  code: 'timeout',
  type: 'Timeout',
  message: `The code ran for more than ${timeout} ms.`,
  line: null,
});

export const neverEnds = (): RunError => ({
  code: 'timeout',
  type: 'Timeout',
  message: 'The code waits for something that never comes.',
  line: null,
});

export const outOfMemory = (memory: number): RunError => ({
  code: 'memory_exceeded',
  type: 'MemoryExceeded',
  message: `The code needs more than ${memory} MiB of memory.`,
  line: null,
});

export const tooMuchOutput = (bytes: number): RunError => ({
  code: 'output_exceeded',
  type: 'OutputExceeded',
  message: `Output and result have more than ${bytes} bytes.`,
  line: null,
});
