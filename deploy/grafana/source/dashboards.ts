import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { database } from './database.ts';
import { operations } from './operations.ts';
import { overview } from './overview.ts';
import { services } from './services.ts';

/** Every dashboard by the name of its file. */
export const dashboardFiles = (): [name: string, text: string][] =>
  Object.entries({ overview, database, services, operations }).map(([name, dashboard]) => [
    `${name}.json`,
    `${JSON.stringify(numbered(dashboard.build()), null, 2)}\n`,
  ]);

/** Links to panels name them by their number. */
const numbered = ({ panels = [], ...dashboard }: Dashboard): Dashboard => ({
  ...dashboard,
  panels: panels.map((panel, index) => ({ ...panel, id: index + 1 })),
});
