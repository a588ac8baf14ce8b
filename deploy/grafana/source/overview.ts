import { curves, dashboardOf, heading, HERE, numbers } from './panels.ts';

const REQUESTS = `coglex_http_requests_total{${HERE}}`;
const FAILED = `coglex_http_requests_total{${HERE}, status=~"5.."}`;
const quantile = (q: number, by: string) =>
  `histogram_quantile(${q}, sum by (${by}) (rate(coglex_http_request_duration_seconds_bucket{${HERE}}[$__rate_interval])))`;

/** What everybody looks at first. */
export const overview = dashboardOf(
  'coglex-overview',
  'Coglex: overview',
  'Requests, latencies, modules and the process',
)
  .withPanel(
    numbers({
      title: 'Instances',
      about: 'Instances that Prometheus reaches.',
      unit: 'short',
      queries: [['sum(up{job=~"$job", instance=~"$instance"})', 'up']],
    }),
  )
  .withPanel(
    numbers({
      title: 'Requests',
      about: 'Requests that ended, each second.',
      unit: 'reqps',
      queries: [[`sum(rate(${REQUESTS}[$__rate_interval]))`, 'requests']],
    }),
  )
  .withPanel(
    numbers({
      title: 'Failures',
      about: 'Part of the requests that the server answered with 5xx. Look for their requestId in the log.',
      unit: 'percentunit',
      limits: [0.01, 0.05],
      queries: [
        [
          `(sum(rate(${FAILED}[$__rate_interval])) or vector(0)) / clamp_min(sum(rate(${REQUESTS}[$__rate_interval])), 1e-9)`,
          'failures',
        ],
      ],
    }),
  )
  .withPanel(
    numbers({
      title: 'Latency, 95th percentile',
      about: 'Nineteen of twenty requests are answered faster.',
      unit: 's',
      limits: [0.5, 1],
      queries: [[quantile(0.95, 'le'), 'p95']],
    }),
  )
  .withPanel(
    numbers({
      title: 'Running requests',
      about: 'Requests that are being worked on now.',
      unit: 'short',
      queries: [[`sum(coglex_http_requests_running{${HERE}})`, 'running']],
    }),
  )
  .withPanel(
    numbers({
      title: 'Database',
      about: '1 while all instances have a connection to it.',
      unit: 'short',
      queries: [[`min(coglex_database_up{${HERE}})`, 'up']],
    }),
  )
  .withRow(heading('Requests'))
  .withPanel(
    curves({
      title: 'Requests by status',
      about: 'An aborted request is one whose client went away.',
      unit: 'reqps',
      queries: [[`sum by (status) (rate(${REQUESTS}[$__rate_interval]))`, '{{status}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Latency',
      about: 'From the first byte of a request to the last of its answer.',
      unit: 's',
      queries: [
        [quantile(0.5, 'le'), 'p50'],
        [quantile(0.95, 'le'), 'p95'],
        [quantile(0.99, 'le'), 'p99'],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Busiest routes',
      about: 'The ten routes with most requests.',
      unit: 'reqps',
      queries: [
        [`topk(10, sum by (method, route) (rate(${REQUESTS}[$__rate_interval])))`, '{{method}} {{route}}'],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Slowest routes, 95th percentile',
      about: 'The ten slowest routes.',
      unit: 's',
      width: 12,
      queries: [[`topk(10, ${quantile(0.95, 'le, method, route')})`, '{{method}} {{route}}']],
    }),
  )
  .withPanel(
    curves({
      title: 'Modules',
      about: '1 healthy, 0.5 degraded, 0 unhealthy: /modules/status tells what stands on what.',
      unit: 'short',
      width: 12,
      queries: [[`min by (module) (coglex_module_health{${HERE}})`, '{{module}}']],
    }),
  )
  .withRow(heading('Process'))
  .withPanel(
    curves({
      title: 'Lag of the event loop',
      about: 'How late work begins that is due. What keeps a thread busy delays every request.',
      unit: 's',
      limits: [0.1, 0.25],
      queries: [
        [`max by (instance) (nodejs_eventloop_lag_p99_seconds{${HERE}})`, 'p99 {{instance}}'],
        [`max by (instance) (nodejs_eventloop_lag_p50_seconds{${HERE}})`, 'p50 {{instance}}'],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Memory',
      about: 'Memory of each process, and of its JavaScript heap.',
      unit: 'bytes',
      queries: [
        [`process_resident_memory_bytes{${HERE}}`, 'resident {{instance}}'],
        [`nodejs_heap_size_used_bytes{${HERE}}`, 'heap {{instance}}'],
      ],
    }),
  )
  .withPanel(
    curves({
      title: 'Processor',
      about: 'Processors in use, threads of the engine and of hashing included.',
      unit: 'short',
      queries: [[`rate(process_cpu_seconds_total{${HERE}}[$__rate_interval])`, '{{instance}}']],
    }),
  );
