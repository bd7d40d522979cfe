/**
 * Numbers of the process for the debug page and for Prometheus. Names are like `name{label=value}`; what ends in
 * `_total` only ever grows. Source of the text form: the Prometheus exposition format 0.0.4.
 */
import type { MetricsAnswer } from './contract.ts';

/** Numbers by name. */
export type Numbers = Readonly<Record<string, number>>;

/** Durations of one kind, in milliseconds. */
export type Timer = { readonly count: number; readonly totalMs: number; readonly maxMs: number };

type Kind = 'counter' | 'gauge' | 'summary';
type Line = { readonly name: string; readonly labels: string; readonly value: number };
type Family = { readonly kind: Kind; readonly lines: Line[] };

/** Prefix of every name for Prometheus. */
const PREFIX = 'hotwick_';

/** Whether a number only ever grows. */
export function isCounter(name: string): boolean {
  return splitName(name).name.endsWith('_total');
}

/** The text for Prometheus: families in order of first appearance, timers in seconds. */
export function toPrometheusText(numbers: Numbers, timers: ReadonlyMap<string, Timer>): string {
  const families = new Map<string, Family>();
  const add = (family: string, kind: Kind, line: Line): void => {
    const known = families.get(family) ?? { kind, lines: [] };
    known.lines.push(line);
    families.set(family, known);
  };
  for (const [key, value] of Object.entries(numbers)) {
    const { name, labels } = splitName(key);
    add(name, isCounter(key) ? 'counter' : 'gauge', { name, labels, value });
  }
  for (const [key, { count, totalMs }] of timers) {
    const { name, labels } = splitName(key);
    const family = `${name}_seconds`;
    add(family, 'summary', { name: `${family}_sum`, labels, value: totalMs / 1000 });
    add(family, 'summary', { name: `${family}_count`, labels, value: count });
  }
  return [...families].map(([name, family]) => familyText(name, family)).join('');
}

function familyText(name: string, { kind, lines }: Family): string {
  const texts = lines.map((line) => `${PREFIX}${line.name}${line.labels} ${line.value}\n`);
  return `# TYPE ${PREFIX}${name} ${kind}\n${texts.join('')}`;
}

/** `name{a=b,c=d}` as a legal name and quoted labels. */
function splitName(key: string): { readonly name: string; readonly labels: string } {
  const [, name = key, inside] = /^([^{]*)(?:\{(.*)\})?$/.exec(key) ?? [];
  const legal = name.replace(/[^a-zA-Z0-9_]/g, '_');
  if (inside === undefined || inside === '') return { name: legal, labels: '' };
  const labels = inside.split(',').map((pair) => {
    const cut = pair.indexOf('=');
    const value = pair
      .slice(cut + 1)
      .replace(/[\\"]/g, '\\$&')
      .replaceAll('\n', '\\n');
    return `${pair.slice(0, cut).replace(/[^a-zA-Z0-9_]/g, '_')}="${value}"`;
  });
  return { name: legal, labels: `{${labels.join(',')}}` };
}

/** The answer for the debug page. */
export function describeMetrics(now: number, numbers: Numbers, timers: ReadonlyMap<string, Timer>): MetricsAnswer {
  const entries = Object.entries(numbers);
  return {
    enabled: true,
    updated_at_ms: now,
    counters: Object.fromEntries(entries.filter(([name]) => isCounter(name))),
    gauges: Object.fromEntries(entries.filter(([name]) => !isCounter(name))),
    timers: Object.fromEntries(
      [...timers].map(([name, { count, totalMs, maxMs }]) => {
        return [name, { count, total_ms: totalMs, max_ms: maxMs, avg_ms: count === 0 ? 0 : totalMs / count }];
      }),
    ),
  };
}
