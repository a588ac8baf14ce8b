// The label `job` of a metric becomes `exported_job`: Prometheus has a `job` of its own.
import { curves, dashboardOf, heading, HERE } from './panels.ts';

/** Limits, bans, secrets, jobs and the cache. */
export const operations = dashboardOf(
  'coglex-operations',
  'Coglex: operations',
  'Rate limits and bans, secrets, background jobs, the cache',
)
  .withRow(heading('Limits'))
  .withPanel(
    curves({
      title: 'Refused requests',
      about: 'Requests that a limit refused. Each is a violation, and many of them make a ban.',
      unit: 'reqps',
      queries: [[`sum by (limit) (rate(coglex_rate_limited_total{${HERE}}[$__rate_interval]))`, '{{limit}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Bans',
      about: 'Addresses that are banned: GET /service/operations/v1/bans names them.',
      unit: 'short',
      queries: [[`max(coglex_bans{${HERE}})`, 'bans']],
    }),
  )
  .withPanel(
    curves({
      title: 'Limits of this process alone',
      about: '1 while Redis is away: each instance then counts by itself.',
      unit: 'short',
      queries: [[`coglex_limiter_local{${HERE}}`, '{{instance}}']],
    }),
  )
  .withRow(heading('Jobs'))
  .withPanel(
    curves({
      title: 'Runs by how they ended',
      about: 'Background work of all instances: GET /service/operations/v1/jobs tells of each job.',
      unit: 'ops',
      queries: [[`sum by (result) (rate(coglex_job_runs_total{${HERE}}[$__rate_interval]))`, '{{result}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Time of a run, 95th percentile',
      about: 'The ten slowest jobs.',
      unit: 's',
      queries: [
        [
          `topk(10, histogram_quantile(0.95, sum by (le, exported_job) (rate(coglex_job_duration_seconds_bucket{${HERE}}[$__rate_interval]))))`,
          '{{exported_job}}',
        ],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Time since the last success',
      about: 'A job that has not succeeded for long is stuck, or fails.',
      unit: 's',
      queries: [
        [
          `topk(10, time() - max by (exported_job) (coglex_job_last_success_timestamp_seconds{${HERE}}))`,
          '{{exported_job}}',
        ],
      ],
    }),
  )
  .withRow(heading('Cache'))
  .withPanel(
    curves({
      title: 'Hit ratio',
      about: 'Part of the look-ups that were answered from the cache.',
      unit: 'percentunit',
      width: 12,
      queries: [
        [
          `sum by (area) (rate(coglex_cache_requests_total{${HERE}, result="hit"}[$__rate_interval])) / clamp_min(sum by (area) (rate(coglex_cache_requests_total{${HERE}}[$__rate_interval])), 1e-9)`,
          '{{area}}',
        ],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Memory',
      about: 'What the cache of each process holds. What no longer fits is evicted.',
      unit: 'bytes',
      width: 12,
      queries: [[`coglex_cache_memory_bytes{${HERE}}`, '{{instance}}']],
    }),
  )
  .withRow(heading('Audit trail'))
  .withPanel(
    curves({
      title: 'Entries',
      about: 'Written ones, those that wait on the disk for the database, and those that are lost.',
      unit: 'ops',
      width: 12,
      queries: [
        [`sum by (outcome) (rate(coglex_audit_entries_total{${HERE}}[$__rate_interval]))`, '{{outcome}}'],
      ],
    }),
  )
  .withRow(heading('Secrets'))
  .withPanel(
    curves({
      title: 'Looks at secrets',
      about: 'How often secrets were read again, by what came of it.',
      unit: 'short',
      width: 12,
      queries: [
        [`sum by (result) (increase(coglex_secrets_reloads_total{${HERE}}[$__rate_interval]))`, '{{result}}'],
      ],
    }),
  );
