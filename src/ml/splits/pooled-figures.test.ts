import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { judgePool, type PooledRows } from '../index.ts';

const HOUR = 3_600_000;
const BOOTSTRAP = { blockMs: HOUR, resamples: 100, level: 0.95, seed: 1 };

/** A fold of rows an hour apart with these probabilities, labels and results. */
function fold(from: number, threshold: number, rows: readonly (readonly [number, 0 | 1, number])[]): PooledRows {
  const labels = Uint8Array.from(rows, ([, label]) => label);
  return {
    threshold,
    scored: { scores: rows.map(([score]) => score), labels },
    span: {
      samples: { width: 3, values: new Float64Array(rows.length * 3), labels },
      times: rows.map((_, at) => epochMs((from + at) * HOUR)),
      nets: rows.map(([, , net]) => net),
    },
  };
}

describe('figures of several folds together', () => {
  it('count a trade where the model of its own fold would have begun one, by its own threshold', () => {
    const one = fold(0, 0.5, [
      [0.6, 1, 0.02],
      [0.4, 0, -0.5],
    ]);
    const other = fold(2, 0.3, [
      [0.4, 1, 0.04],
      [0.2, 0, -0.5],
      [0.9, 0, Number.NaN],
    ]);
    const figures = judgePool([one, other], BOOTSTRAP);
    expect(figures).toMatchObject({ n_trades: 2, test_samples: 5, n_samples: 5, n_features: 3 });
    expect(figures?.net_expectancy).toBeCloseTo(0.03, 12);
    // Of six pairs of a row that came true and one that did not: 0.6 beats 0.4 and 0.2; 0.4 beats 0.2 and ties with 0.4.
    expect(figures?.test_auc).toBeCloseTo(3.5 / 6, 12);
  });

  it('are none of no fold', () => {
    expect(judgePool([], BOOTSTRAP)).toBeNull();
  });
});
