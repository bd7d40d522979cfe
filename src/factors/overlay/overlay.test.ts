import { describe, expect, it } from 'vitest';
import { chartOf, flatCandles, planWith, walkMinutes } from '../../../test/fixtures/chart-candles.ts';
import { decimal } from '../../core/decimal.ts';
import { encode } from '../../journal/index.ts';
import type { Instruction } from '../../model/chart.ts';
import { type Chart, createChart, foldCandle } from '../index.ts';
import { fixedText } from './price-text.ts';

const plan = planWith({ majorWindow: 3, minorWindow: 1, overlayCandles: 200 });

function drawnOf(chart: Chart): readonly Instruction[] {
  return Object.values(chart.overlay.instructions);
}

describe('overlay', () => {
  it('is what its steps say: drawn and retired applied in order give exactly what is drawn at the end', () => {
    const chart = createChart(walkMinutes(1, 1)[0]?.seriesId as Chart['seriesId'], plan);
    const mirror = new Map<string, Instruction>();
    for (const candle of walkMinutes(2500, 4)) {
      const { drawn, retired } = foldCandle(chart, plan, candle);
      for (const { id } of retired) mirror.delete(id);
      for (const instruction of drawn) mirror.set(instruction.id, instruction);
      expect(mirror.size).toBe(drawnOf(chart).length);
    }
    const byId = (a: Instruction, b: Instruction): number => (a.id < b.id ? -1 : 1);
    expect([...mirror.values()].sort(byId)).toEqual(drawnOf(chart).toSorted(byId));
  });

  it('gives a version only to what changed, and never an old one', () => {
    const { steps } = chartOf(walkMinutes(800, 9), plan);
    const last = new Map<string, string>();
    for (const [index, { drawn, retired }] of steps.entries()) {
      for (const { id } of retired) last.delete(id);
      for (const instruction of drawn) {
        expect(instruction.version).toBe(index + 1);
        expect(encode(instruction.definition)).not.toBe(last.get(instruction.id));
        last.set(instruction.id, encode(instruction.definition));
      }
    }
    expect(last.size).toBeGreaterThan(30);
  });

  it('retires a zone that died and keeps nothing drawn that ended before the window', () => {
    const { chart, steps } = chartOf(walkMinutes(3000, 2), plan);
    const windowStart = (chart.headTime ?? 0) - (200 + 256) * 60_000;
    const ended = drawnOf(chart).filter(({ reach, definition }) => {
      if (reach === 'growing' || reach === 'growingLevel') return false;
      const end = definition.type === 'marker' ? definition.time : definition.points.at(-1)?.time;
      return (end ?? 0) < windowStart;
    });
    expect(ended).toEqual([]);
    const deaths = steps.filter(({ events }) => events.some(({ kind }) => kind === 'zhongshu.dead'));
    expect(deaths.length).toBeGreaterThan(5);
    for (const { drawn, retired } of deaths) {
      const isAliveAgain = drawn.some(({ id }) => id === 'zhongshu.alive:top');
      expect(retired.some(({ id }) => id === 'zhongshu.alive:top') || isAliveAgain).toBe(true);
    }
  });

  it('keeps the id of a level for as long as its standing lasts, whatever the candle', () => {
    const up = Array.from({ length: 60 }, (_, index) => index + 1);
    const wave = [...up, ...up.toReversed(), ...up, ...up.toReversed(), ...up.slice(0, 50)];
    const { chart, steps } = chartOf(flatCandles(wave), planWith({ majorWindow: 10 }));
    const level = 'sr.sr.active:active:resistance:60.00000000:3600';
    expect(drawnOf(chart).find(({ id }) => id === level)?.reach).toBe('growingLevel');
    expect(steps.flatMap(({ drawn }) => drawn).filter(({ id }) => id === level)).toHaveLength(1);
  });

  it('draws as the wire contract says (7.9)', () => {
    const { chart } = chartOf(walkMinutes(600, 12), plan);
    const ids = Object.keys(chart.overlay.instructions);
    const families = new Set(ids.map((id) => id.split(':')[0]));
    expect([...families].sort()).toEqual(
      expect.arrayContaining(['anchor.current', 'anchor.history', 'anchor.switch', 'pen.confirmed', 'pen.extending']),
    );
    for (const { id, definition } of drawnOf(chart)) {
      expect(id.replace(/^sr\./, '').startsWith(definition.feature)).toBe(true);
      if (definition.type === 'polyline') expect(definition.points.length).toBeGreaterThan(1);
    }
    const marker = drawnOf(chart).find(({ id }) => id.startsWith('pivot.major:') && id.includes('resistance'));
    expect(marker?.definition).toMatchObject({
      position: 'aboveBar',
      color: '#ef4444',
      shape: 'circle',
      size: 1,
      text: '',
    });
  });
});

describe('prices in ids', () => {
  it('have the decimals asked for', () => {
    expect(fixedText(decimal('0.00001234'), 8)).toBe('0.00001234');
    expect(fixedText(decimal('68000'), 6)).toBe('68000.000000');
    expect(fixedText(decimal('1.23456789'), 6)).toBe('1.234567');
  });
});
