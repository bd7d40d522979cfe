import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../core/time.ts';
import { countActive } from './status-blocks.ts';

const NOW = epochMs(1_780_000_000_000);

type Signals = Parameters<typeof countActive>[0];

function signal(coin: string, action: 'BUY' | 'SELL' | 'HOLD', secondsAgo: number): Signals[number] {
  const computedAt = epochMs(NOW - secondsAgo * 1_000);
  return {
    instrumentId: `binance:spot:${coin}/USDT`,
    ...{ action, computedAt, strength: 50, confidence: 0.5, reason: 'r', traceId: 't', timeframes: [] },
  } as unknown as Signals[number];
}

describe('active signals', () => {
  it('count coins and not how often they were judged, which once said 200 for four coins', () => {
    const rounds = Array.from({ length: 50 }, (_, round) =>
      ['A', 'B', 'C', 'D'].map((coin) => signal(coin, coin === 'D' ? 'HOLD' : 'BUY', 500 - round * 10)),
    ).flat();
    expect(rounds).toHaveLength(200);
    expect(countActive(rounds, NOW)).toBe(3);
  });

  it('go by the newest of a coin, and only while it is of the present', () => {
    expect(countActive([signal('A', 'BUY', 20), signal('A', 'HOLD', 10)], NOW)).toBe(0);
    expect(countActive([signal('A', 'HOLD', 20), signal('A', 'SELL', 10)], NOW)).toBe(1);
    expect(countActive([signal('A', 'BUY', 300)], NOW)).toBe(1);
    expect(countActive([signal('A', 'BUY', 301)], NOW)).toBe(0);
    expect(countActive([], NOW)).toBe(0);
  });
});
