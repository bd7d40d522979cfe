import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordedMinutes } from '../../../test/fixtures/chart-candles.ts';
import { tickChart, toClosedCandles } from '../../../test/fixtures/charts.ts';
import { describeWithData } from '../../../test/fixtures/shared-data.ts';
import { toFloat } from '../../core/decimal.ts';
import * as indicators from '../../indicators/index.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { timeframe } from '../../model/timeframe.ts';
import { findSignalProfile, SIGNAL_PROFILES, type SignalProfile } from '../../signals/index.ts';
import { allFamilies, auditEverything } from './audit-everything.ts';
import { auditFamily, type StudyAudit } from './look-ahead-audit.ts';
import type { StudyFamily, WarmUp } from './study.ts';

const MINUTE = timeframe('1m');
const SEED = findSignalProfile('seed') as SignalProfile;
const PLAN = { cuts: 6, judged: 8 };
const WALK = toClosedCandles(tickChart('walk', 9, 760), MINUTE, 2);

type Run = (closes: readonly number[]) => readonly unknown[];

/** What the audit says of a study that answers from closes. */
function auditOf(run: Run, warmUp: WarmUp = 'anchored'): StudyAudit {
  const family: StudyFamily = {
    timeframe: MINUTE,
    studies: [{ name: 'own', kind: 'indicator', warmUp }],
    run: (candles) => new Map([['own', run(candles.map(({ close }) => toFloat(close)))]]),
  };
  return auditFamily(family, WALK, PLAN)[0] as StudyAudit;
}

function ema(period: number): Run {
  return (closes) => {
    const state = indicators.createEma(period);
    return closes.map((close) => indicators.pushEma(state, close));
  };
}

describe('a study that looks ahead is caught', () => {
  it('when it averages around a candle', () => {
    const audit = auditOf((closes) => closes.map((close, at) => (closes[at - 1] ?? close) + (closes[at + 1] ?? close)));
    expect(audit.verdict).toBe('looksAhead');
    // With each cut, only the last answer before it changes.
    expect(audit.leaks).toBe(PLAN.cuts);
    expect(audit.firstLeak).toMatchObject({ openTime: (audit.firstLeak?.cutTime ?? 0) - 60_000 });
  });

  it('when only the newest candle but one knows the newest', () => {
    expect(auditOf((closes) => closes.map((_, at) => (at === closes.length - 2 ? closes[at + 1] : 0))).verdict).toBe(
      'looksAhead',
    );
  });

  it('when it is measured against the highest price of all', () => {
    const audit = auditOf((closes) => {
      const top = Math.max(...closes);
      return closes.map((close) => close / top);
    });
    expect(audit.verdict).toBe('looksAhead');
  });

  it('when it changes an answer after it gave it', () => {
    const audit = auditOf((closes) => {
      const answers: { swing: 'none' | 'top' }[] = [];
      closes.forEach((close, at) => {
        const before = answers[at - 1];
        if (before !== undefined && close < (closes[at - 1] as number)) before.swing = 'top';
        answers.push({ swing: 'none' });
      });
      return answers;
    });
    expect(audit.verdict).toBe('looksAhead');
  });
});

describe('the warm-up of a study', () => {
  it('is caught when it is longer than it claims', () => {
    const audit = auditOf(ema(26), 60);
    expect(audit).toMatchObject({ verdict: 'warmUpTooShort', leaks: 0 });
    expect(audit.settledAfter).toBeGreaterThan(100);
    expect(auditOf(ema(26), 360).verdict).toBe('holds');
  });

  it('is not judged by a history that is hardly longer', () => {
    expect(auditOf(ema(26), 500).verdict).toBe('unjudged');
  });

  it('of a running total never ends', () => {
    const audit = auditOf((closes) => {
      let sum = 0;
      return closes.map((close) => {
        sum += close;
        return sum;
      });
    });
    expect(audit).toMatchObject({ verdict: 'holds', settledAfter: null });
  });
});

describe('everything that judges candles', () => {
  it('is in the audit: each indicator, factor, book, the fusion and the consensus', () => {
    const source = readFileSync(join(import.meta.dirname, 'indicator-studies.ts'), 'utf8');
    const made = Object.keys(indicators).filter((name) => name.startsWith('create'));
    expect(made.filter((name) => !source.includes(`${name}(`))).toEqual([]);
    const kinds = Object.groupBy(
      allFamilies(SEED).flatMap(({ studies }) => studies),
      ({ kind }) => kind,
    );
    const counts = Object.fromEntries(Object.entries(kinds).map(([kind, studies]) => [kind, studies.length]));
    expect(counts).toEqual({ indicator: 18, factor: 6, book: 24, fusion: 4, consensus: 1 });
  });

  it.each(SIGNAL_PROFILES)('never looks ahead on a generated walk, profile $name', (profile) => {
    expectNothingFound(WALK.slice(-400), profile);
  });
});

describeWithData('everything that judges candles', () => {
  it('never looks ahead on recorded minutes, and settles within the history that is loaded', () => {
    const minutes = recordedMinutes('klines/spot-vision/BTCUSDT-1m-20240301-20240430.csv.gz', 1200);
    const audits = expectNothingFound(minutes, SEED);
    const judged = audits.filter(({ kind, verdict }) => kind === 'fusion' && verdict !== 'unjudged');
    expect(judged.map((audit) => audit.timeframe)).toEqual(['1m']);
  });
});

function expectNothingFound(minutes: readonly ClosedCandle[], profile: SignalProfile): readonly StudyAudit[] {
  const audits = auditEverything(minutes, { cuts: 2, judged: 3, profile, candles: 1100 }, () => undefined);
  const faulty = audits.filter(({ verdict }) => verdict === 'looksAhead' || verdict === 'warmUpTooShort');
  expect(faulty).toEqual([]);
  expect(audits.every(({ compared }) => compared > 0)).toBe(true);
  return audits;
}
