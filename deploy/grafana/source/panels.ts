import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** Chosen on the dashboard: any Prometheus of the Grafana at hand. */
const SOURCE: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

/** Which series a dashboard shows; every query has it. */
export const HERE = 'job=~"$job", instance=~"$instance"';

/** A query, and how its series are called. */
export type Query = [expression: string, legend?: string];

/** What a panel shows. */
export interface PanelWords {
  title: string;
  /** What it means, and what to do about it. */
  about: string;
  /** Grafana's id of a unit: `reqps`, `s`, `bytes`, `percentunit`. */
  unit: string;
  queries: Query[];
  /** From which values on it is yellow and red. */
  limits?: [warn: number, alarm: number];
  /** Of 24 columns. */
  width?: number;
}

const queryOf = ([expression, legend = '__auto']: Query, index: number) =>
  new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .datasource(SOURCE)
    .expr(expression)
    .legendFormat(legend)
    .range();

const thresholdsOf = ([warn, alarm]: [number, number]) =>
  new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: warn, color: 'yellow' },
    { value: alarm, color: 'red' },
  ]);

/** Curves over time. */
export function curves({ title, about, unit, queries, limits, width = 8 }: PanelWords) {
  const panel = new timeseries.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(SOURCE)
    .unit(unit)
    .min(0)
    .span(width)
    .height(8)
    .fillOpacity(8)
    .lineWidth(1)
    .showPoints(common.VisibilityMode.Never)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
    .targets(queries.map(queryOf));
  return limits ? panel.thresholds(thresholdsOf(limits)) : panel;
}

/** One number, or a few. */
export function numbers({ title, about, unit, queries, limits, width = 4 }: PanelWords) {
  const panel = new stat.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(SOURCE)
    .unit(unit)
    .span(width)
    .height(4)
    .graphMode(common.BigValueGraphMode.Area)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .targets(queries.map(queryOf));
  return limits ? panel.thresholds(thresholdsOf(limits)) : panel;
}

/** A heading for the panels after it. */
export const heading = (title: string) => new dashboard.RowBuilder(title);

/** A dashboard with the choice of a data source, of jobs and of instances. */
export function dashboardOf(uid: string, title: string, about: string): dashboard.DashboardBuilder {
  const choice = (name: string, label: string, query: string) =>
    new dashboard.QueryVariableBuilder(name)
      .label(label)
      .datasource(SOURCE)
      .query(query)
      .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
      .sort(dashboard.VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ selected: true, text: 'All', value: '$__all' });
  return new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags(['coglex'])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(
      new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    )
    .withVariable(choice('job', 'Job', 'label_values(coglex_database_up, job)'))
    .withVariable(choice('instance', 'Instance', 'label_values(coglex_database_up{job=~"$job"}, instance)'));
}
