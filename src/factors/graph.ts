/**
 * The order of the factors: dependencies first, otherwise by name, so that it is the same everywhere. A graph that can
 * not be ordered is a defect of the program and stops its start.
 */
import { assert } from '../core/assert.ts';
import type { AnyFactor } from './factor.ts';

/** `factors` with every dependency before its dependents: names ascending, depth first. */
export function orderFactors<F extends AnyFactor>(factors: readonly F[]): readonly F[] {
  const byName = new Map<string, F>();
  for (const factor of factors) {
    assert(!byName.has(factor.catalog.key), `two factors are named ${factor.catalog.key}`);
    byName.set(factor.catalog.key, factor);
  }
  const ordered = new Set<F>();
  const visit = (name: string, path: readonly string[]): void => {
    const factor = byName.get(name);
    assert(factor !== undefined, `factor ${path[path.length - 1]} depends on ${name}, which is not registered`);
    assert(!path.includes(name), `factors depend on each other: ${[...path, name].join(' -> ')}`);
    if (ordered.has(factor)) return;
    const needed = factor.dependsOn.map(({ catalog }) => catalog.key).sort();
    for (const dependency of needed) visit(dependency, [...path, name]);
    ordered.add(factor);
  };
  for (const name of [...byName.keys()].sort()) visit(name, []);
  return [...ordered];
}
