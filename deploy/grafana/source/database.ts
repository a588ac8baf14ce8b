import { curves, dashboardOf, heading, HERE } from './panels.ts';

/** The database, and the file of the embedded engine. */
export const database = dashboardOf(
  'coglex-database',
  'Coglex: database',
  'Connections, operations and latencies; the data file of the embedded engine',
)
  .withRow(heading('Database'))
  .withPanel(
    curves({
      title: 'Operations',
      about: 'What the database does, for all its clients.',
      unit: 'ops',
      queries: [
        [`sum by (kind) (rate(coglex_database_operations_total{${HERE}}[$__rate_interval]))`, '{{kind}}'],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Time of an operation',
      about: 'Mean time that an operation takes in the database, without the way there.',
      unit: 's',
      queries: [
        [
          `sum by (kind) (rate(coglex_database_operation_seconds_total{${HERE}}[$__rate_interval])) / clamp_min(sum by (kind) (rate(coglex_database_operations_total{${HERE}}[$__rate_interval])), 1e-9)`,
          '{{kind}}',
        ],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Connections of the pool',
      about: 'What waits for a connection waits in vain while the pool is too small: MONGODB_POOL_SIZE.',
      unit: 'short',
      queries: [[`sum by (state) (coglex_database_connections{${HERE}})`, '{{state}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Open cursors',
      about: 'Cursors that are open in the database.',
      unit: 'short',
      width: 12,
      queries: [[`max by (instance) (coglex_database_cursors_open{${HERE}})`, '{{instance}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Connections of the database',
      about: 'Connections that the database has, from all its clients.',
      unit: 'short',
      width: 12,
      queries: [[`max by (instance) (coglex_database_server_connections{${HERE}})`, '{{instance}}']],
    }),
  )
  .withRow(heading('Embedded engine'))
  .withPanel(
    curves({
      title: 'Data file',
      about:
        'Free pages are used again before the file grows. Below 64 MB on the disk the engine refuses to write.',
      unit: 'bytes',
      queries: [[`coglex_engine_bytes{${HERE}}`, '{{part}} {{instance}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Entries',
      about: 'Documents, and entries of their indexes.',
      unit: 'short',
      queries: [[`coglex_engine_entries{${HERE}}`, '{{tree}} {{instance}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Write transactions',
      about: 'What is rolled back failed as a whole, for example by a unique index.',
      unit: 'ops',
      queries: [
        [`sum by (result) (rate(coglex_engine_transactions_total{${HERE}}[$__rate_interval]))`, '{{result}}'],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Running operations',
      about: 'Operations that the engine is working on.',
      unit: 'short',
      width: 24,
      queries: [[`coglex_engine_operations_running{${HERE}}`, '{{instance}}']],
    }),
  );
