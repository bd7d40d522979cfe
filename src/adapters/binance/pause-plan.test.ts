import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import type { RequestPause } from '../../ports/request-ledger.ts';
import { type LimitRefusal, planPause, resumePause } from './pause-plan.ts';

const T = 1_767_225_600_000;

function refusal(nowMs: number, more: Partial<LimitRefusal> = {}): LimitRefusal {
  const now = epochMs(T + nowMs);
  return { status: 429, retryAfterMs: 7_000, now, sentTime: now, nextMinute: epochMs(T + 60_000), ...more };
}

function pause(fromMs: number, untilMs: number, more: Partial<RequestPause> = {}): RequestPause {
  return { status: 429, from: epochMs(T + fromMs), until: epochMs(T + untilMs), strikes: 1, ...more };
}

describe('planPause', () => {
  it('takes the time that the venue asks for', () => {
    expect(planPause(refusal(5), null)).toEqual(pause(5, 7_005));
  });

  it.each<[string, Partial<LimitRefusal>, number]>([
    ['the next minute for 429 without a time', { retryAfterMs: null }, 50_000],
    ['two minutes for a ban without a time', { status: 418, retryAfterMs: null }, 120_000],
    ['a second at least', { retryAfterMs: 0 }, 1_000],
    ['three days at most', { status: 418, retryAfterMs: 9e12 }, 3 * 86_400_000],
  ])('takes %s', (_name, more, ms) => {
    expect(planPause(refusal(10_000, more), null).until).toBe(T + 10_000 + ms);
  });

  it('takes requests that left before the pause for one offence, and the later end', () => {
    const first = planPause(refusal(100), null);
    const second = planPause(refusal(900, { sentTime: epochMs(T + 50) }), first);
    expect(second).toEqual(pause(100, 7_900));
    const ban = planPause(refusal(950, { sentTime: epochMs(T + 60), status: 418, retryAfterMs: 1_000 }), second);
    expect(ban).toEqual(pause(100, 7_900, { status: 418 }));
  });

  it('stays away longer each time it is refused soon again, up to half an hour', () => {
    const lengths: number[] = [];
    let last: RequestPause | null = null;
    for (let i = 0; i < 9; i++) {
      const now: number = last === null ? 0 : last.until - T + 10;
      last = planPause(refusal(now), last);
      lengths.push((last.until - last.from) / 1_000);
    }
    expect(lengths).toEqual([7, 30, 60, 120, 240, 480, 960, 1_800, 1_800]);
  });

  it('forgives after five calm minutes', () => {
    const last = pause(0, 7_000, { strikes: 4 });
    expect(planPause(refusal(306_999), last).strikes).toBe(5);
    expect(planPause(refusal(307_000), last).strikes).toBe(1);
  });

  it('never ends before the venue allows, nor before the pause that is running', () => {
    const ms = fc.integer({ min: 0, max: 400_000 });
    const cases = fc.record({ nowMs: ms, sentMs: ms, retryAfterMs: ms, strikes: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(cases, ({ nowMs, sentMs, retryAfterMs, strikes }) => {
        const last = pause(1_000, 61_000, { strikes });
        const sentTime = epochMs(T + Math.min(nowMs, sentMs));
        const next = planPause(refusal(nowMs, { retryAfterMs, sentTime }), last);
        expect(next.until).toBeGreaterThanOrEqual(T + nowMs + retryAfterMs);
        if (sentTime < last.until) expect(next.until).toBeGreaterThanOrEqual(last.until);
        expect(next.until).toBeGreaterThan(next.from);
      }),
    );
  });
});

describe('resumePause', () => {
  it('keeps its end', () => {
    expect(resumePause(pause(0, 9_000), epochMs(T + 5_000))).toEqual(pause(0, 9_000));
  });

  it('is no longer than it was when the clock was set back', () => {
    expect(resumePause(pause(86_400_000, 86_409_000), epochMs(T))).toEqual(pause(0, 9_000));
  });
});
