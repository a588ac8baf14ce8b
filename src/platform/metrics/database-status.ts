/** Numbers come as numbers, or as `Long` where they may be large. */
const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'object' && value !== null ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

/** A member of a document at a path; `undefined` where there is none, for servers differ. */
function at(document: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);
}

/** A value of the database at a scrape. */
export interface DatabaseReading {
  labels: Record<string, string>;
  value: number;
}

/** A metric that is read from the answer to `serverStatus`. */
export interface DatabaseMetric {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  labelNames: string[];
  read(status: unknown): DatabaseReading[];
}

const one =
  (path: string, factor = 1) =>
  (status: unknown) => {
    const value = numberOf(at(status, path));
    return value === undefined ? [] : [{ labels: {}, value: value * factor }];
  };

const several =
  (label: string, paths: Record<string, string>, factor = 1) =>
  (status: unknown) =>
    Object.entries(paths).flatMap(([word, path]) => {
      const value = numberOf(at(status, path));
      return value === undefined ? [] : [{ labels: { [label]: word }, value: value * factor }];
    });

const KINDS = ['reads', 'writes', 'commands'];
const byKind = (member: string) =>
  Object.fromEntries(KINDS.map((kind) => [kind, `opLatencies.${kind}.${member}`]));

/** What both a MongoDB server and the embedded engine tell. */
export const DATABASE_METRICS: readonly DatabaseMetric[] = [
  {
    name: 'coglex_database_operations_total',
    help: 'Operations that the database has done since its start, for all its clients',
    type: 'counter',
    labelNames: ['kind'],
    read: several('kind', byKind('ops')),
  },
  {
    name: 'coglex_database_operation_seconds_total',
    help: 'Time that these operations took in the database',
    type: 'counter',
    labelNames: ['kind'],
    read: several('kind', byKind('latency'), 1e-6),
  },
  {
    name: 'coglex_database_cursors_open',
    help: 'Cursors that are open in the database',
    type: 'gauge',
    labelNames: [],
    read: one('metrics.cursor.open.total'),
  },
  {
    name: 'coglex_database_server_connections',
    help: 'Connections that the database has, from all its clients',
    type: 'gauge',
    labelNames: [],
    read: one('connections.current'),
  },
];

/** What the embedded engine tells of its file beside that. */
export const ENGINE_METRICS: readonly DatabaseMetric[] = [
  {
    name: 'coglex_engine_bytes',
    help: 'Data file of the engine: pages in use, pages free for use, the file, and room on its disk',
    type: 'gauge',
    labelNames: ['part'],
    read: several('part', {
      used: 'lmdb.usedBytes',
      free: 'lmdb.freeBytes',
      file: 'lmdb.fileBytes',
      map: 'lmdb.mapBytes',
      disk_free: 'lmdb.diskFreeBytes',
    }),
  },
  {
    name: 'coglex_engine_entries',
    help: 'Entries in the trees of the engine: documents, and entries of their indexes',
    type: 'gauge',
    labelNames: ['tree'],
    read: several('tree', { records: 'lmdb.entries.records', indexes: 'lmdb.entries.indexes' }),
  },
  {
    name: 'coglex_engine_transactions_total',
    help: 'Write transactions of the engine by how they ended',
    type: 'counter',
    labelNames: ['result'],
    read: several('result', {
      committed: 'lmdb.transactions.committed',
      rolled_back: 'lmdb.transactions.rolledBack',
    }),
  },
  {
    name: 'coglex_engine_operations_running',
    help: 'Operations that the engine is working on',
    type: 'gauge',
    labelNames: [],
    read: one('connections.active'),
  },
];
