/**
 * What every EquityLog does, as one suite: a harness that makes logs enters, tests leave.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Decimal, ONE } from '../../src/core/decimal.ts';
import { type EpochMs, epochMs } from '../../src/core/time.ts';
import { type EquityBar, regroupBars } from '../../src/model/equity-bar.ts';
import type { Money } from '../../src/model/money.ts';
import { EQUITY_TIERS, type EquityLog, type EquityTierMs } from '../../src/ports/equity-log.ts';

/** How the suite gets at an adapter: `reopen` gives the same storage after the process ended. */
export type EquityLogHarness = {
  readonly name: string;
  readonly create: () => {
    readonly log: EquityLog;
    readonly reopen: () => EquityLog;
    readonly destroy: () => void;
  };
};

const MINUTE = 60_000;
const DAY = 86_400_000;
const START = Date.UTC(2026, 5, 15, 9, 0);
const WHOLE = 0 as EpochMs;

const money = (units: number): Money => (BigInt(units) * ONE) as Decimal as Money;

/** A minute of equity so many minutes after the first one: `[open, high, low, close]`. */
export function minuteOf(minute: number, [open, high, low, close]: readonly [number, number, number, number]) {
  const bar: EquityBar = {
    openTime: epochMs(START + minute * MINUTE),
    open: money(open),
    high: money(high),
    low: money(low),
    close: money(close),
    cash: money(close - 1),
    capital: money(1_000),
  };
  return bar;
}

/** A minute in which nothing moved. */
export const still = (minute: number, at = 1_000): EquityBar => minuteOf(minute, [at, at, at, at]);

const anyMoney = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((raw) => raw as Money);
const anyMinute = fc.record({
  openTime: fc.nat({ max: 3 * 24 * 60 }).map((minute) => epochMs(START + minute * MINUTE)),
  open: anyMoney,
  high: anyMoney,
  low: anyMoney,
  close: anyMoney,
  cash: anyMoney,
  capital: anyMoney,
});
const anyDays = fc.uniqueArray(anyMinute, { selector: ({ openTime }) => openTime, maxLength: 60 });
const byTime = (a: EquityBar, b: EquityBar): number => a.openTime - b.openTime;

/** Runs the suite over one adapter. */
export function describeEquityLog({ name, create }: EquityLogHarness): void {
  describe(`EquityLog: ${name}`, () => {
    let made: ReturnType<EquityLogHarness['create']>;
    let log: EquityLog;
    const all = (from: EquityLog, lengthMs: EquityTierMs = MINUTE as EquityTierMs): Promise<readonly EquityBar[]> =>
      from.load({ lengthMs, from: WHOLE });

    beforeEach(() => {
      made = create();
      log = made.log;
    });

    afterEach(async () => {
      await log.close();
      made.destroy();
    });

    it('is empty at first', async () => {
      expect(await all(log)).toEqual([]);
      expect(await log.firstTime()).toBeNull();
      await log.save([]);
      expect(await log.firstTime()).toBeNull();
    });

    it('holds the same in bars of every length however the minutes were batched, also after the process ended', async () => {
      await fc.assert(
        fc.asyncProperty(anyDays, fc.integer({ min: 1, max: 7 }), async (minutes, size) => {
          const own = create();
          const ascending = minutes.toSorted(byTime);
          for (let at = 0; at < ascending.length; at += size) await own.log.save(ascending.slice(at, at + size));
          const after = own.reopen();
          for (const { lengthMs } of EQUITY_TIERS) {
            expect(await after.load({ lengthMs, from: WHOLE })).toStrictEqual(regroupBars(ascending, lengthMs));
          }
          await own.log.close();
          await after.close();
          own.destroy();
        }),
        { numRuns: 30 },
      );
    });

    it('a minute that comes again, after a restart in the middle of it, is merged: no extreme is lost', async () => {
      await log.save([minuteOf(0, [1_000, 1_050, 990, 1_010])]);
      await log.save([minuteOf(0, [1_005, 1_020, 950, 1_001])]);
      const whole = minuteOf(0, [1_000, 1_050, 950, 1_001]);
      expect(await all(log)).toEqual([whole]);
      expect(await all(log, DAY as EquityTierMs)).toEqual([{ ...whole, openTime: epochMs(Date.UTC(2026, 5, 15)) }]);
    });

    it('saving the same twice changes nothing', async () => {
      const minutes = [minuteOf(0, [1_000, 1_050, 990, 1_010]), minuteOf(1, [1_010, 1_011, 900, 905])];
      await log.save(minutes);
      await log.save(minutes);
      for (const { lengthMs } of EQUITY_TIERS) expect(await all(log, lengthMs)).toEqual(regroupBars(minutes, lengthMs));
    });

    it('answers what begins at a moment or later, ascending, whatever came first', async () => {
      await log.save([still(5)]);
      await log.save([still(2)]);
      await log.save([still(3)]);
      const minutes = async (from: number): Promise<readonly number[]> => {
        const found = await log.load({ lengthMs: MINUTE as EquityTierMs, from: epochMs(START + from * MINUTE) });
        return found.map(({ openTime }) => (openTime - START) / MINUTE);
      };
      expect(await minutes(0)).toEqual([2, 3, 5]);
      expect(await minutes(3)).toEqual([3, 5]);
      expect(await minutes(6)).toEqual([]);
    });

    it('keeps each length for its time, and forgets nothing before', async () => {
      for (const { lengthMs, keptMs } of EQUITY_TIERS) {
        const own = create();
        const midnight = -9 * 60;
        const end = midnight + keptMs / MINUTE;
        await own.log.save([still(midnight, 7)]);
        await own.log.save([still(end - 1, 8)]);
        expect((await own.log.load({ lengthMs, from: WHOLE })).length, `${lengthMs} in time`).toBe(2);
        await own.log.save([still(end, 9)]);
        const [first] = await own.log.load({ lengthMs, from: WHOLE });
        expect(first?.close, `${lengthMs} too late`).toBe(money(8));
        await own.log.close();
        own.destroy();
      }
    });

    it('knows to the minute when the history began, and to the day when the minutes are forgotten', async () => {
      await log.save([still(7)]);
      expect(await log.firstTime()).toBe(START + 7 * MINUTE);
      const quarter = (minutes: number): number => Math.floor((START + minutes * MINUTE) / (15 * MINUTE)) * 15 * MINUTE;
      await log.save([still((8 * DAY) / MINUTE)]);
      expect(await log.firstTime()).toBe(quarter(7));
    });

    it('refuses everything after it was closed', async () => {
      await log.close();
      await log.close();
      await expect(log.save([still(0)])).rejects.toThrow(/store_unavailable/);
      await expect(all(log)).rejects.toThrow(/store_unavailable/);
      await expect(log.firstTime()).rejects.toThrow(/store_unavailable/);
    });
  });
}
