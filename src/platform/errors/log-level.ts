/** Levels of the log, from quiet to loud. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
