import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { type Admission, RequestGovernor } from './request-governor.ts';

const T = 1_767_225_600_000;
const NOTHING = { status: 200, usedWeight: null, retryAfterMs: null };

function setUp(weightPerMinute = 100) {
  const clock = createManualClock(epochMs(T + 10_000));
  return { clock, governor: new RequestGovernor({ clock, weightPerMinute }) };
}

async function admitted(governor: RequestGovernor, weight: number): Promise<Admission> {
  const admission = await governor.admit(weight);
  if (!admission.ok) throw new Error('refused');
  return admission.value;
}

describe('RequestGovernor', () => {
  it('pauses above four fifths of the limit until the next minute', async () => {
    const { clock, governor } = setUp();
    governor.settle(await admitted(governor, 1), { ...NOTHING, usedWeight: 80 });
    let state = 'pausing';
    const waiting = governor.admit(1).then(() => {
      state = 'admitted';
    });
    await clock.advanceTo(epochMs(T + 59_999));
    expect(state).toBe('pausing');
    await clock.advanceTo(epochMs(T + 60_000));
    await waiting;
    expect(state).toBe('admitted');
  });

  it('counts requests under way before their answers tell', async () => {
    const { clock, governor } = setUp();
    for (let i = 0; i < 8; i++) await admitted(governor, 10);
    let admittedLate = 0;
    void governor.admit(10).then(() => admittedLate++);
    await clock.advance(1);
    expect(admittedLate).toBe(0);
    governor.close();
    await clock.advance(1);
  });

  it('adds the weight itself when an answer does not tell', async () => {
    const { clock, governor } = setUp();
    for (let i = 0; i < 8; i++) governor.settle(await admitted(governor, 10), NOTHING);
    let state = 'pausing';
    void governor.admit(1).then(() => {
      state = 'admitted';
    });
    await clock.advance(1);
    expect(state).toBe('pausing');
    await clock.advance(60_000);
    expect(state).toBe('admitted');
  });

  it('does not take a count of the minute before for this one', async () => {
    const { clock, governor } = setUp();
    const early = await admitted(governor, 1);
    await clock.advanceTo(epochMs(T + 60_001));
    governor.settle(early, { ...NOTHING, usedWeight: 99 });
    expect(await governor.admit(50)).toMatchObject({ ok: true });
  });

  it('refuses until the venue allows requests again, without asking it', async () => {
    const { clock, governor } = setUp();
    governor.settle(await admitted(governor, 1), { status: 418, usedWeight: null, retryAfterMs: 7_000 });
    expect(await governor.admit(1)).toEqual({ ok: false, error: { status: 418, retryAfterMs: 7_000 } });
    await clock.advance(6_999);
    expect(await governor.admit(1)).toEqual({ ok: false, error: { status: 418, retryAfterMs: 1 } });
    await clock.advance(1);
    expect(await governor.admit(1)).toMatchObject({ ok: true });
  });

  it('takes the next minute, or two minutes for a ban, when the venue names no time', async () => {
    const { governor } = setUp();
    governor.settle(await admitted(governor, 1), { status: 429, usedWeight: null, retryAfterMs: null });
    expect(governor.retryAfterMs).toBe(50_000);
    const banned = setUp().governor;
    banned.settle(await admitted(banned, 1), { status: 418, usedWeight: null, retryAfterMs: null });
    expect(banned.retryAfterMs).toBe(120_000);
  });

  it('refuses more than a bounded number of waiting requests', async () => {
    const { governor } = setUp(1_000_000);
    for (let i = 0; i < 1024; i++) await admitted(governor, 1);
    expect(await governor.admit(1)).toMatchObject({ ok: false, error: { status: 429 } });
  });

  it('lets a request through that alone is heavier than the budget', async () => {
    const { governor } = setUp(10);
    expect(await governor.admit(20)).toMatchObject({ ok: true });
  });
});
