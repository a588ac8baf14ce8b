import { curves, dashboardOf, heading, HERE } from './panels.ts';

const PROVIDERS = `coglex_provider_requests_total{${HERE}}`;

/** Models, code, payments, webhooks and mail, and the systems of others that they call. */
export const services = dashboardOf(
  'coglex-services',
  'Coglex: services',
  'Calls of other systems, models, code, webhooks and queues',
)
  .withRow(heading('Other systems'))
  .withPanel(
    curves({
      title: 'Calls',
      about: 'Every try of a call of Stripe, models, S3, mail, sign-in providers, webhooks and the scanner.',
      unit: 'reqps',
      queries: [[`sum by (provider) (rate(${PROVIDERS}[$__rate_interval]))`, '{{provider}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Failures',
      about: 'Part of the calls that failed or timed out. What was refused is not among them.',
      unit: 'percentunit',
      limits: [0.05, 0.2],
      queries: [
        [
          // Where nothing failed there is no series: it counts as none.
          `(sum by (provider) (rate(coglex_provider_requests_total{${HERE}, result=~"failed|timeout"}[$__rate_interval])) or 0 * sum by (provider) (rate(${PROVIDERS}[$__rate_interval]))) / clamp_min(sum by (provider) (rate(${PROVIDERS}[$__rate_interval])), 1e-9)`,
          '{{provider}}',
        ],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Latency, 95th percentile',
      about: 'Time that calls of other systems take. Of a stream it is the time to its first piece.',
      unit: 's',
      queries: [
        [
          `histogram_quantile(0.95, sum by (le, provider) (rate(coglex_provider_request_duration_seconds_bucket{${HERE}}[$__rate_interval])))`,
          '{{provider}}',
        ],
      ],
    }),
  )
  .withRow(heading('Models'))
  .withPanel(
    curves({
      title: 'Calls by how they ended',
      about: 'Cached answers cost nothing.',
      unit: 'reqps',
      queries: [
        [
          `sum by (operation, state) (rate(coglex_generation_calls_total{${HERE}}[$__rate_interval]))`,
          '{{operation}} {{state}}',
        ],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Tokens',
      about: 'Tokens each second. Models that the settings do not name are "other".',
      unit: 'short',
      queries: [
        [
          `sum by (model, direction) (rate(coglex_generation_tokens_total{${HERE}}[$__rate_interval]))`,
          '{{model}} {{direction}}',
        ],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Cost of an hour',
      about: 'US dollars by the prices that are known.',
      unit: 'currencyUSD',
      queries: [
        [`sum by (model) (increase(coglex_generation_cost_dollars_total{${HERE}}[1h]))`, '{{model}}'],
      ],
    }),
  )
  .withRow(heading('Code'))
  .withPanel(
    curves({
      title: 'Runs by how they ended',
      about: 'An exception is the business of the code; "unavailable" is that of this server.',
      unit: 'ops',
      queries: [
        [
          `sum by (language, result) (rate(coglex_execution_runs_total{${HERE}}[$__rate_interval]))`,
          '{{language}} {{result}}',
        ],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Time of a run, 95th percentile',
      about: 'From the start of the code to its end.',
      unit: 's',
      queries: [
        [
          `histogram_quantile(0.95, sum by (le, language) (rate(coglex_execution_run_duration_seconds_bucket{${HERE}}[$__rate_interval])))`,
          '{{language}}',
        ],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Processes of the sandbox',
      about: 'Busy ones run code; warm ones wait for the next of their project.',
      unit: 'short',
      width: 4,
      queries: [[`sum by (state) (coglex_execution_workers{${HERE}})`, '{{state}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Memory of the sandbox',
      about: 'Beside the memory of the server itself.',
      unit: 'bytes',
      width: 4,
      queries: [[`coglex_execution_memory_bytes{${HERE}}`, '{{instance}}']],
    }),
  )
  .withRow(heading('Queues'))
  .withPanel(
    curves({
      title: 'Waiting',
      about: 'Queues are shared: each instance shows the whole, and the largest number counts.',
      unit: 'short',
      width: 12,
      queries: [[`max by (queue) (coglex_queue_depth{${HERE}})`, '{{queue}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Webhooks',
      about: 'Tries to deliver a message by what came of them; a dead one is tried no more.',
      unit: 'ops',
      width: 12,
      queries: [
        [`sum by (result) (rate(coglex_webhook_deliveries_total{${HERE}}[$__rate_interval]))`, '{{result}}'],
      ],
    }),
  );
