import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { DURATIONS, METRICS } from './metric-list.ts';
import { METRIC_PREFIX } from './trading-metrics.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ...METRICS.map(({ name, labels }) => [`${METRIC_PREFIX}${name}`, labels] as const),
  ...Object.values(DURATIONS).flatMap(({ name }) =>
    ['bucket', 'sum', 'count'].map((part) => [`${METRIC_PREFIX}${name}_${part}`, ['le']] as const),
  ),
]);

const dashboardShape = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
    }),
  ),
});
const alertsShape = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ alert: z.string(), expr: z.string(), annotations: z.object({ summary: z.string() }) })),
    }),
  ),
});

function read(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8');
}

describe('the figures', () => {
  it('have names that tell kind and unit, each once', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const { name, kind } of METRICS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name.endsWith('_total'), name).toBe(kind === 'counter');
    }
  });

  it('are all that the dashboard and the alerts ask for, with labels that they have', () => {
    const { panels } = dashboardShape.parse(JSON.parse(read('deploy/grafana/hotwick.json')));
    const { groups } = alertsShape.parse(parse(read('deploy/prometheus/alerts.yml')));
    const targets = panels.flatMap((panel) => panel.targets);
    const rules = groups.flatMap((group) => group.rules);
    expect([targets.length > 30, rules.length > 5]).toEqual([true, true]);
    for (const expr of [...targets, ...rules].map((each) => each.expr)) {
      const asked = expr.match(/hotwick_\w+/g) ?? [];
      expect(asked.length, expr).toBeGreaterThan(0);
      for (const name of asked) expect([...NAMES.keys()], expr).toContain(name);
    }
    for (const { expr, legendFormat } of targets) {
      const [name = ''] = expr.match(/hotwick_\w+/) ?? [];
      const words = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g), ...expr.matchAll(/by \((\w+)/g)].map(
        ([, word = '']) => word,
      );
      expect(NAMES.get(name), expr).toEqual(expect.arrayContaining(words));
    }
  });

  it('are documented where the alerts point to', () => {
    const pages = read('deploy/prometheus/alerts.yml').match(/docs\/[\w/-]+\.md/g) ?? [];
    for (const page of pages) expect(read(page).length).toBeGreaterThan(100);
  });
});
