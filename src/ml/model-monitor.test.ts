import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../core/rng.ts';
import {
  createMonitor,
  deriveAuc,
  deriveMonitorFigures,
  foldResolved,
  MONITOR_DEFAULTS,
  type MonitorEvent,
  type MonitorState,
  monitorText,
  type ResolvedPrediction,
} from './index.ts';

/** Predictions whose order is right with a chance of about `skill`, from 0.5 (none) to 1. */
function predictions(count: number, skill: number, seed: number): readonly ResolvedPrediction[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const label = rng.next() < 0.4 ? 1 : 0;
    // Two normals a distance d apart are in order with probability Phi(d / sqrt 2); d = 1.19 gives 0.8.
    const distance = skill === 0.5 ? 0 : 1.19;
    return { probability: 1 / (1 + Math.exp(-(rng.normal() + distance * label))), label };
  });
}

function fold(state: MonitorState, all: readonly ResolvedPrediction[]) {
  const events: (MonitorEvent & { at: number })[] = [];
  let now = state;
  all.forEach((prediction, at) => {
    const step = foldResolved(now, prediction, MONITOR_DEFAULTS);
    now = step.state;
    if (step.event !== null) events.push({ ...step.event, at });
  });
  return { state: now, events };
}

describe('the monitor', () => {
  it('is quiet about a model that keeps its promise', () => {
    const { events, state } = fold(createMonitor(0.8), predictions(3_000, 0.8, 1));
    expect(events).toEqual([]);
    expect(state.window.length).toBe(1_000);
    expect(state.seen).toBe(3_000);
  });

  it('rings once when a model lost its skill, and is over once when it is back', () => {
    const lost = fold(createMonitor(0.8), [...predictions(1_000, 0.8, 2), ...predictions(1_000, 0.5, 3)]);
    expect(lost.events.map(({ kind }) => kind)).toEqual(['driftAlarmed']);
    const [alarm] = lost.events;
    expect(0.8 - (alarm?.auc as number)).toBeGreaterThan(0.05);
    expect(alarm?.at).toBeGreaterThan(1_000);
    const back = fold(lost.state, predictions(1_500, 0.8, 4));
    expect(back.events.map(({ kind }) => kind)).toEqual(['driftOver']);
    expect(0.8 - (back.events[0]?.auc as number)).toBeLessThanOrEqual(0.025);
    expect(back.state.alarm).toBe('quiet');
  });

  it('says nothing from few predictions, or from few of a label', () => {
    const bad = predictions(299, 0.5, 5);
    expect(fold(createMonitor(0.9), bad).events).toEqual([]);
    const rare = predictions(900, 0.5, 6).map((one, at) => ({
      ...one,
      label: at % 45 === 0 ? (1 as const) : (0 as const),
    }));
    const { events, state } = fold(createMonitor(0.9), rare);
    expect(events).toEqual([]);
    expect(deriveMonitorFigures(state, MONITOR_DEFAULTS).auc).toBeNull();
  });

  it('speaks in a line that a demotion can give as its reason', () => {
    const facts = { auc: 0.7123, baselineAuc: 0.8, rows: 1_000 };
    expect(monitorText({ kind: 'driftAlarmed', ...facts })).toBe(
      'the model lost its order: AUC 0.712 over the newest 1000 predictions, 0.800 in its contract',
    );
    expect(monitorText({ kind: 'driftOver', ...facts })).toContain('found its order again');
  });

  it('believes a fall only when it lasts', () => {
    const two = { ...MONITOR_DEFAULTS, windowRows: 2, rowsMin: 2, labelRowsMin: 1, confirmRows: 2 };
    // Each pair of neighbours is one pair of labels: wrong order, right order, wrong order, and so on.
    const flicker = Array.from({ length: 40 }, (_, at) => ({
      probability: at / 100,
      label: at % 2 === 0 ? (1 as const) : (0 as const),
    }));
    let state = createMonitor(0.9);
    for (const prediction of flicker) {
      const step = foldResolved(state, prediction, two);
      expect(step.event).toBeNull();
      state = step.state;
    }
    expect(state.turning).toBeLessThan(2);
  });

  it('tells AUC, accuracy, Brier score and five bins of its window', () => {
    const all = predictions(1_200, 0.8, 7);
    const { state } = fold(createMonitor(0.8), all);
    const figures = deriveMonitorFigures(state, MONITOR_DEFAULTS);
    const newest = all.slice(200);
    const scored = { scores: newest.map((one) => one.probability), labels: newest.map(({ label }) => label) };
    expect(figures.auc).toBe(deriveAuc(scored));
    expect(figures.accuracy).toBe(newest.filter((one) => one.probability >= 0.5 === (one.label === 1)).length / 1_000);
    expect(figures.calibration?.bins.length).toBe(5);
    expect(figures.rows).toBe(1_000);
  });

  it('of any predictions alternates alarm and end, stays bounded and is the same through JSON', () => {
    const small = { ...MONITOR_DEFAULTS, windowRows: 12, rowsMin: 6, labelRowsMin: 2, confirmRows: 2 };
    const one = fc.record({
      probability: fc.integer({ min: 0, max: 10 }).map((tenth) => tenth / 10),
      label: fc.constantFrom<0 | 1>(0, 1),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 80 }), (all) => {
        let state = createMonitor(0.7);
        const kinds: string[] = [];
        for (const prediction of all) {
          const step = foldResolved(state, prediction, small);
          const again = foldResolved(JSON.parse(JSON.stringify(state)) as MonitorState, prediction, small);
          expect(again).toEqual(step);
          state = step.state;
          expect(state.window.length).toBeLessThanOrEqual(12);
          if (step.event !== null) kinds.push(step.event.kind);
        }
        expect(kinds.every((kind, at) => kind === (at % 2 === 0 ? 'driftAlarmed' : 'driftOver'))).toBe(true);
      }),
    );
  });
});
