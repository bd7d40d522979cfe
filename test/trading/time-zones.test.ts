/**
 * Where the machine stands must change nothing: days are UTC days, whatever its time zone.
 */
import { afterEach, expect, it } from 'vitest';
import { tradeFileOf } from '../../src/app/trading/exports/trade-line.ts';
import { decimal } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import type { Money } from '../../src/model/money.ts';
import type { TradeLeg } from '../../src/model/position.ts';
import { bucketOpen, timeframe, timeframeMs } from '../../src/model/timeframe.ts';
import { createPortfolio, foldPortfolio, viewPortfolio } from '../../src/portfolio/index.ts';
import { clockRule } from '../tidy/bans.ts';
import { sampleProject } from '../tidy/rule.ts';

const zone = process.env['TZ'];

afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const MIDNIGHT = Date.UTC(2026, 0, 2);

it.each([
  ['Asia/Shanghai', -480],
  ['America/New_York', 300],
])('P0-2b: in %s a day begins and a trade is filed by UTC', (name, offset) => {
  process.env['TZ'] = name;
  expect(new Date(MIDNIGHT).getTimezoneOffset(), 'the zone is in force').toBe(offset);
  const starts = [MIDNIGHT - 8 * 3_600_000, MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 5 * 3_600_000].map((time) => {
    const state = createPortfolio(decimal('1000') as Money);
    foldPortfolio(state, { kind: 'timePassed', time: epochMs(time) });
    return viewPortfolio(state).dayStart;
  });
  expect(starts).toEqual([MIDNIGHT - 86_400_000, MIDNIGHT - 86_400_000, MIDNIGHT, MIDNIGHT]);
  const file = (time: number): string => tradeFileOf({ exitTime: epochMs(time) } as TradeLeg);
  expect([file(MIDNIGHT - 1), file(MIDNIGHT)]).toEqual([
    'hotcoin_trades_20260101.jsonl',
    'hotcoin_trades_20260102.jsonl',
  ]);
  expect(bucketOpen(epochMs(MIDNIGHT + 1), timeframeMs(timeframe('1d')))).toBe(MIDNIGHT);
});

it('P0-2b: code that asks the machine for the present instead of its clock is refused', () => {
  const product = { 'src/decisions/x.ts': 'const now = new Date(); const day = Date.now();' };
  expect(clockRule.check(sampleProject(product))).toHaveLength(2);
});
