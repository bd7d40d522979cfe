import { describe, expect, it } from 'vitest';
import { TradingCounter } from './trading-counts.ts';

const { counts } = new TradingCounter();

describe('the counts of trading', () => {
  it('bug: a series that began with its first event had no rise; whatever is known beforehand stands at 0', () => {
    expect(Object.fromEntries(counts.orders)).toMatchObject({ 'buy|open|filled': 0, 'sell|protection|cancelled': 0 });
    expect([counts.legs.get('stop'), counts.mismatches.get('balanceShort'), counts.signals.get('BUY')]).toEqual([
      0, 0, 0,
    ]);
    expect([...counts.risks]).toEqual([
      ['L2', 0],
      ['L5', 0],
      ['emergency', 0],
    ]);
  });

  it('begin empty where the words are many', () => {
    expect([counts.orderRefusals.size, counts.entriesRefused.size]).toEqual([0, 0]);
  });
});
