import { describe, expect, it } from 'vitest';
import { at, coin, MINUTE, minute, openDesk, ticker } from '../../test/fixtures/discovery-desk.ts';
import { createRng } from '../core/rng.ts';
import { type BurstScore, findSlot, scoreBurst } from './index.ts';

const BASES = Array.from({ length: 25 }, (_, index) => (index === 0 ? 'A' : `M${index}`));
const END = 63 * MINUTE;

type Story = { readonly wobble: number; readonly jump: number; readonly market: number; readonly volume: number };

/** 63 minutes of 25 wobbling coins, at whose end coin A jumps by `jump` and all others by `market`. */
function tell(
  { wobble, jump, market, volume }: Story,
  minutes = 63,
): { score: BurstScore | null; returns: number[]; volumes: number[] } {
  const desk = openDesk();
  const rng = createRng(7);
  const prices = new Map(BASES.map((base) => [base, 1]));
  const returns: number[] = [];
  const volumes: number[] = [];
  for (let index = 63 - minutes; index < 63; index++) {
    const isLast = index === 62;
    for (const base of BASES) {
      const step = base === 'A' ? wobble * rng.normal() : 0;
      const end = isLast ? Math.log1p(base === 'A' ? jump : market) : 0;
      if (base === 'A') returns.push(step + end);
      prices.set(base, (prices.get(base) as number) * Math.exp(step + end));
    }
    const told = BASES.map((base) => ticker(base, prices.get(base) as number));
    for (let second = 0; second < 60; second += 10) desk.tick(index * MINUTE + second * 1_000, ...told);
    for (const base of BASES) {
      const quoteVolume = isLast && base === 'A' ? volume : Math.round(1_000 * Math.exp(0.4 * rng.normal()));
      if (base === 'A') volumes.push(quoteVolume);
      const close = prices.get(base) as number;
      desk.trade((index + 1) * MINUTE, minute(base, index, { quoteVolume, takerQuoteVolume: null, close }));
    }
  }
  desk.tick(END, ...BASES.map((base) => ticker(base, prices.get(base) as number)));
  const slot = findSlot(desk.state.stream, coin('A')) as number;
  return { score: scoreBurst(desk.state.stream, desk.state.market, { slot, now: at(END) }), returns, volumes };
}

const STORY: Story = { wobble: 0.002, jump: 0.04, market: 0, volume: 9_000 };

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle] as number) + (sorted[middle - 1] as number)) / 2;
}

function scaleOf(values: readonly number[]): number {
  const centre = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - centre)));
}

describe('the burst score', () => {
  it('is the plain formula over the hour before the move', () => {
    const { score, returns, volumes } = tell(STORY);
    // The first bar has no bar before it; the last five are the move. The price of five minutes ago is the one told at
    // the beginning of bar 58, which holds that bar's step already.
    const moved = returns.slice(59).reduce((sum, step) => sum + step, 0);
    expect(score?.returnZ).toBeCloseTo(moved / (scaleOf(returns.slice(1, 58)) * Math.sqrt(5)), 6);
    const logs = volumes.slice(0, 58).map((volume) => Math.log1p(volume));
    expect(score?.volumeZ).toBeCloseTo((Math.log1p(9_000) - median(logs)) / scaleOf(logs), 6);
    expect(score?.score).toBe(Math.min(score?.returnZ as number, score?.volumeZ as number));
  });

  it('is lower for a coin that always moves as much', () => {
    const calm = tell(STORY).score?.returnZ as number;
    const wild = tell({ ...STORY, wobble: 0.02 }).score?.returnZ as number;
    expect(calm).toBeGreaterThan(4 * wild);
  });

  it('is nothing for a coin that only rose with all others', () => {
    const alone = tell(STORY).score?.returnZ as number;
    const along = tell({ ...STORY, market: 0.04 }).score?.returnZ as number;
    expect(along).toBeLessThan(alone / 3);
  });

  it('is not said from less than twenty bars', () => {
    expect(tell(STORY, 20).score).toBeNull();
    expect(tell(STORY, 40).score).not.toBeNull();
  });

  it('does not explode for a coin that never moved or traded alike', () => {
    const { score } = tell({ ...STORY, wobble: 0 });
    expect(score?.returnZ, 'five bars of 5 bps each').toBeCloseTo(Math.log1p(0.04) / (0.0005 * Math.sqrt(5)), 6);
  });
});
