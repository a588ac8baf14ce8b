// npm run dashboards: writes deploy/grafana/dashboards from these files.
import { writeFileSync } from 'node:fs';
import { dashboardFiles } from './dashboards.ts';

for (const [name, text] of dashboardFiles())
  writeFileSync(new URL(`../dashboards/${name}`, import.meta.url), text);
