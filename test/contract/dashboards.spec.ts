import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dashboardFiles } from '../../deploy/grafana/source/dashboards.ts';

const DASHBOARDS = 'deploy/grafana/dashboards';

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; expr: string }[];
}

const panelsOf = (text: string) => (JSON.parse(text) as { panels: Panel[] }).panels;

describe('the dashboards', () => {
  it('are those that their source makes: npm run dashboards', () => {
    expect(readdirSync(DASHBOARDS).sort()).toEqual(
      dashboardFiles()
        .map(([name]) => name)
        .sort(),
    );
    for (const [name, text] of dashboardFiles())
      expect(readFileSync(`${DASHBOARDS}/${name}`, 'utf8')).toBe(text);
  });

  it.each(dashboardFiles())(
    '%s: panels have numbers, queries have names, and nothing lies on another',
    (_, text) => {
      const panels = panelsOf(text);
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const taken = new Set<string>();
      for (const { type, targets = [], gridPos } of panels) {
        expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
        if (type !== 'row') expect(targets.length).toBeGreaterThan(0);
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(taken.has(`${x} ${y}`)).toBe(false);
            taken.add(`${x} ${y}`);
          }
      }
    },
  );
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

(hasPromtool ? describe : describe.skip)('what Prometheus reads', () => {
  it.each([
    ['check', 'rules', 'rules.yml'],
    ['check', 'config', '--syntax-only', 'prometheus.yml'],
    ['test', 'rules', 'rules.test.yml'],
  ])('stands the test of promtool %s %s', (...words) => {
    expect(execFileSync('promtool', words, { cwd: 'deploy/prometheus', encoding: 'utf8' })).toContain(
      'SUCCESS',
    );
  });
});
